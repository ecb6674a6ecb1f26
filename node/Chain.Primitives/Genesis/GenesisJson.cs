using System.Text.Json;

namespace Chain.Primitives;

/// <summary>A genesis file that cannot be used; the message names the field, its value and what it should be.</summary>
public sealed class GenesisException(string message, Exception? inner = null) : FormatException(message, inner);

/// <summary>Reads geth's genesis JSON (config.chainId, alloc, difficulty, gasLimit, timestamp …).</summary>
public static class GenesisJson
{
    private static readonly UInt256 MaxBlockReward = UInt256.One << 128;

    /// <exception cref="GenesisException">Not JSON, a field missing or out of range, or an unknown setting.</exception>
    public static GenesisFile Parse(string json)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions
            {
                CommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
            });
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // An ArgumentException is half a surrogate pair.
            throw new GenesisException(e is JsonException syntax
                ? NotJson(json, syntax) : $"The genesis file is not JSON: {e.Message}", e);
        }

        using (document)
        {
            try
            {
                return Parse(document.RootElement);
            }
            catch (InvalidOperationException e)
            {
                throw new GenesisException($"The genesis file holds a text that is no Unicode: {e.Message}", e);
            }
        }
    }

    /// <summary>Where the text stops being JSON, with what stands there; the parser's own words are for programmers.</summary>
    private static string NotJson(string json, JsonException e)
    {
        if (string.IsNullOrWhiteSpace(json)) return "The genesis file is empty; `chain genesis new FILE` makes one.";
        var number = (int)(e.LineNumber ?? 0);
        var lines = json.Split('\n');
        var line = number < lines.Length ? lines[number].Trim() : "";
        var shown = line.Length > 60 ? $"{line[..57]}..." : line;
        return $"The genesis file is not JSON: line {number + 1}, byte {(e.BytePositionInLine ?? 0) + 1}, cannot be read: "
            + $"`{shown}`. Look there, and at the line before, for a missing or extra comma, quote or bracket.";
    }

    private static GenesisFile Parse(JsonElement json)
    {
        var root = new GenesisSection(json, "");
        if (!root.Has("config"))
            throw new GenesisException("The genesis file has no `config` object; it must hold at least `chainId`.");
        var spec = ParseSpec(root.Section("config"));
        var difficulty = root.Number("difficulty", spec.Consensus is ProofOfStakeSettings ? UInt256.Zero : 131072);
        if (spec.Consensus is ProofOfWorkSettings && difficulty.IsZero)
            throw new GenesisException("`difficulty` is 0; under proof of work it must be at least 1.");
        return new GenesisFile
        {
            Spec = spec,
            Difficulty = difficulty,
            GasLimit = root.Word("gasLimit", 30_000_000),
            Timestamp = root.Word("timestamp", 0),
            ExtraData = root.Bytes("extraData"),
            Nonce = root.Word("nonce", 0),
            MixHash = root.Parsed("mixHash", Hash256.Parse, Hash256.Zero),
            Beneficiary = root.Parsed("coinbase", Address.Parse, Address.Zero),
            BaseFeePerGas = root.Number("baseFeePerGas", 1_000_000_000),
            Alloc = ParseAlloc(root.Section("alloc")),
        };
    }

    private static ChainSpec ParseSpec(GenesisSection config)
    {
        var chainId = config.Word("chainId", null);
        if (chainId == 0) throw new GenesisException("`config.chainId` is 0; it must be at least 1.");
        var chain = config.Section("chain");
        var spec = new ChainSpec
        {
            ChainId = chainId,
            Consensus = chain.Text("consensus", "proof-of-work") switch
            {
                "proof-of-work" => ParseProofOfWork(chain),
                "proof-of-stake" => ProofOfStakeJson.Parse(chain),
                var other =>
                    throw new GenesisException($"`config.chain.consensus` is \"{other}\"; known are \"proof-of-work\" and "
                        + $"\"proof-of-stake\"."),
            },
            StateHistoryBlocks = chain.Word("stateHistoryBlocks", 1024),
            GasLimitTarget = chain.Word("gasLimitTarget", 30_000_000),
        };
        chain.ExpectNothingElse();
        return spec;
    }

    private static ProofOfWorkSettings ParseProofOfWork(GenesisSection chain)
    {
        var blockTime = chain.Word("blockTimeSeconds", 2);
        if (blockTime < 2)
            throw new GenesisException($"`config.chain.blockTimeSeconds` is {blockTime}; it must be at least 2, because header "
                + $"time has whole seconds.");
        var reward = chain.Number("blockReward", 2_000_000_000_000_000_000);
        if (reward > MaxBlockReward)
            throw new GenesisException($"`config.chain.blockReward` is {reward} wei; it must be at most 2^128, so that no "
                + $"balance can ever overflow.");
        return new ProofOfWorkSettings
        {
            Seal = chain.Text("seal", "keccak") switch
            {
                "keccak" => SealKind.Keccak,
                "simulated" => SealKind.Simulated,
                var other =>
                    throw new GenesisException($"`config.chain.seal` is \"{other}\"; known are \"keccak\" and \"simulated\"."),
            },
            DifficultyRule = chain.Text("difficultyRule", "asert") switch
            {
                "asert" => DifficultyRule.Asert,
                "fixed" => DifficultyRule.Fixed,
                var other =>
                    throw new GenesisException($"`config.chain.difficultyRule` is \"{other}\"; known are \"asert\" and "
                        + $"\"fixed\"."),
            },
            BlockTimeSeconds = blockTime,
            BlockReward = reward,
            SafeDepth = chain.Word("safeDepth", 6),
            FinalizedDepth = chain.Word("finalizedDepth", 64),
        };
    }

    private static List<KeyValuePair<Address, GenesisAccount>> ParseAlloc(GenesisSection alloc)
    {
        var accounts = new SortedDictionary<Address, GenesisAccount>();
        foreach (var entry in alloc.Fields())
        {
            var name = alloc.NameOf(entry.Name);
            if (!Address.TryParse(entry.Name, out var address))
                throw new GenesisException($"`{name}` is not an address of 40 hex digits.");
            var json = new GenesisSection(entry.Value, name);
            var account = new GenesisAccount(json.Number("balance", 0), json.Word("nonce", 0), json.Bytes("code"),
                ParseStorage(json.Section("storage")));
            if (!accounts.TryAdd(address, account)) throw new GenesisException($"`{name}` stands in the file twice.");
        }

        return [.. accounts];
    }

    private static List<KeyValuePair<Hash256, UInt256>> ParseStorage(GenesisSection storage)
    {
        var slots = new SortedDictionary<Hash256, UInt256>();
        foreach (var slot in storage.Fields())
        {
            var key = GenesisSection.ParseNumber(slot.Name)
                ?? throw new GenesisException($"`{storage.NameOf(slot.Name)}` is no storage key; it must be a number of at "
                    + $"most 256 bits.");
            slots[key.ToHash256()] = storage.Number(slot.Name, null);
        }

        return [.. slots];
    }
}
