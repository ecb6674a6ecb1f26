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
            document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (JsonException e)
        {
            throw new GenesisException($"The genesis file is not JSON: {e.Message}", e);
        }

        using (document) return Parse(document.RootElement);
    }

    private static GenesisFile Parse(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new GenesisException("A genesis file is one JSON object.");
        var config = root.TryGetProperty("config", out var c) && c.ValueKind == JsonValueKind.Object
            ? c : throw new GenesisException("The genesis file has no `config` object; it must hold at least `chainId`.");
        var chain = config.TryGetProperty("chain", out var own) ? own : default;
        return new GenesisFile
        {
            Spec = ParseSpec(config, chain),
            Difficulty = Number(root, "difficulty", 131072),
            GasLimit = Word(root, "gasLimit", 30_000_000),
            Timestamp = Word(root, "timestamp", 0),
            ExtraData = Bytes(root, "extraData"),
            Nonce = Word(root, "nonce", 0),
            MixHash = root.TryGetProperty("mixHash", out var mix) ? Field(mix, "mixHash", Hash256.Parse) : Hash256.Zero,
            Beneficiary = root.TryGetProperty("coinbase", out var coinbase) ? Field(coinbase, "coinbase", Address.Parse) : Address.Zero,
            BaseFeePerGas = Number(root, "baseFeePerGas", 1_000_000_000),
            Alloc = ParseAlloc(root),
        };
    }

    private static ChainSpec ParseSpec(JsonElement config, JsonElement chain)
    {
        var chainId = Word(config, "chainId", null);
        if (chainId == 0) throw new GenesisException("`config.chainId` is 0; it must be at least 1.");
        var consensus = Text(chain, "consensus", "proof-of-work");
        return new ChainSpec
        {
            ChainId = chainId,
            Consensus = consensus switch
            {
                "proof-of-work" => ParseProofOfWork(chain),
                _ => throw new GenesisException($"`config.chain.consensus` is \"{consensus}\"; known is \"proof-of-work\"."),
            },
            StateHistoryBlocks = Word(chain, "stateHistoryBlocks", 1024),
            GasLimitTarget = Word(chain, "gasLimitTarget", 30_000_000),
        };
    }

    private static ProofOfWorkSettings ParseProofOfWork(JsonElement chain)
    {
        var blockTime = Word(chain, "blockTimeSeconds", 2);
        if (blockTime < 2) throw new GenesisException($"`config.chain.blockTimeSeconds` is {blockTime}; it must be at least 2, because header time has whole seconds.");
        var reward = Number(chain, "blockReward", 2_000_000_000_000_000_000);
        if (reward > MaxBlockReward) throw new GenesisException($"`config.chain.blockReward` is {reward} wei; it must be at most 2^128, so that no balance can ever overflow.");
        return new ProofOfWorkSettings
        {
            Seal = Text(chain, "seal", "keccak") switch
            {
                "keccak" => SealKind.Keccak,
                "simulated" => SealKind.Simulated,
                var other => throw new GenesisException($"`config.chain.seal` is \"{other}\"; known are \"keccak\" and \"simulated\"."),
            },
            DifficultyRule = Text(chain, "difficultyRule", "asert") switch
            {
                "asert" => DifficultyRule.Asert,
                "fixed" => DifficultyRule.Fixed,
                var other => throw new GenesisException($"`config.chain.difficultyRule` is \"{other}\"; known are \"asert\" and \"fixed\"."),
            },
            BlockTimeSeconds = blockTime,
            BlockReward = reward,
            SafeDepth = Word(chain, "safeDepth", 6),
            FinalizedDepth = Word(chain, "finalizedDepth", 64),
        };
    }

    private static List<KeyValuePair<Address, GenesisAccount>> ParseAlloc(JsonElement root)
    {
        var accounts = new SortedDictionary<Address, GenesisAccount>();
        if (!root.TryGetProperty("alloc", out var alloc)) return [];
        foreach (var entry in alloc.EnumerateObject())
        {
            var name = $"alloc.{entry.Name}";
            if (!Address.TryParse(entry.Name, out var address)) throw new GenesisException($"`{name}` is not an address of 40 hex digits.");
            var account = new GenesisAccount(Number(entry.Value, "balance", 0), Word(entry.Value, "nonce", 0), Bytes(entry.Value, "code"), ParseStorage(entry.Value));
            if (!accounts.TryAdd(address, account)) throw new GenesisException($"`{name}` stands in the file twice.");
        }

        return [.. accounts];
    }

    private static List<KeyValuePair<Hash256, UInt256>> ParseStorage(JsonElement account)
    {
        var slots = new SortedDictionary<Hash256, UInt256>();
        if (!account.TryGetProperty("storage", out var storage)) return [];
        foreach (var slot in storage.EnumerateObject())
        {
            slots[ParseNumber(slot.Name, "storage key").ToHash256()] = ParseNumber(slot.Value.GetString() ?? "", $"storage.{slot.Name}");
        }

        return [.. slots];
    }

    private static string Text(JsonElement parent, string name, string fallback)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out var value)) return fallback;
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw new GenesisException($"`{name}` is {value.GetRawText()}; it must be a string.");
    }

    private static UInt256 Number(JsonElement parent, string name, UInt256? fallback)
    {
        if (parent.ValueKind != JsonValueKind.Object || !parent.TryGetProperty(name, out var value))
        {
            return fallback ?? throw new GenesisException($"`{name}` is missing.");
        }

        return value.ValueKind switch
        {
            JsonValueKind.Number => ParseNumber(value.GetRawText(), name),
            JsonValueKind.String => ParseNumber(value.GetString()!, name),
            _ => throw new GenesisException($"`{name}` is {value.GetRawText()}; it must be a number (decimal, or a string with 0x)."),
        };
    }

    private static ulong Word(JsonElement parent, string name, ulong? fallback)
    {
        var value = Number(parent, name, fallback is { } f ? new UInt256(f) : null);
        return value.IsUInt64 ? (ulong)value : throw new GenesisException($"`{name}` is {value}; it must fit in 64 bits.");
    }

    private static UInt256 ParseNumber(string text, string name) =>
        UInt256.TryParse(text == "0x" ? "0x0" : text, out var value) ? value : throw new GenesisException($"`{name}` is \"{text}\"; it must be a number of at most 256 bits (decimal, or hex after 0x).");

    private static byte[] Bytes(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) ? Field(value, name, Hex.Decode) : [];

    private static T Field<T>(JsonElement value, string name, Func<string, T> parse)
    {
        try
        {
            return parse(value.GetString() ?? "");
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new GenesisException($"`{name}` is {value.GetRawText()}: {e.Message}", e);
        }
    }
}
