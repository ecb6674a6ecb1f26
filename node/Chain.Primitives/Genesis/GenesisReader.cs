using System.Text.Json;

namespace Chain.Primitives;

/// <summary>Reads geth's genesis JSON (config.chainId, alloc, difficulty, gasLimit, timestamp …).</summary>
/// <param name="rules">The consensus rules that a file may name; the first is meant where it names none.</param>
public sealed class GenesisReader(IReadOnlyList<ConsensusSettingsReader> rules)
{
    /// <exception cref="GenesisException">Not JSON, a field missing or out of range, or an unknown setting.</exception>
    public GenesisFile Parse(string json)
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

    private GenesisFile Parse(JsonElement json)
    {
        var root = new GenesisSection(json, "");
        if (!root.Has("config"))
            throw new GenesisException("The genesis file has no `config` object; it must hold at least `chainId`.");
        var config = root.Section("config");
        var rule = FindRule(config.Section("chain"));
        var genesis = new GenesisFile
        {
            Spec = ParseSpec(config, rule),
            Difficulty = root.Number("difficulty", rule.DefaultDifficulty),
            GasLimit = root.Word("gasLimit", 30_000_000),
            Timestamp = root.Word("timestamp", 0),
            ExtraData = root.Bytes("extraData"),
            Nonce = root.Word("nonce", 0),
            MixHash = root.Parsed("mixHash", Hash256.Parse, Hash256.Zero),
            Beneficiary = root.Parsed("coinbase", Address.Parse, Address.Zero),
            BaseFeePerGas = root.Number("baseFeePerGas", 1_000_000_000),
            Alloc = ParseAlloc(root.Section("alloc")),
        };
        rule.Check(genesis);
        return genesis;
    }

    private ConsensusSettingsReader FindRule(GenesisSection chain)
    {
        var name = chain.Text("consensus", rules[0].Name);
        return rules.FirstOrDefault(rule => rule.Name == name)
            ?? throw new GenesisException($"`config.chain.consensus` is \"{name}\"; known are "
                + $"{string.Join(" and ", rules.Select(rule => $"\"{rule.Name}\""))}.");
    }

    private static ChainSpec ParseSpec(GenesisSection config, ConsensusSettingsReader rule)
    {
        var chainId = config.Word("chainId", null);
        if (chainId == 0) throw new GenesisException("`config.chainId` is 0; it must be at least 1.");
        var chain = config.Section("chain");
        _ = chain.Has("consensus");
        var spec = new ChainSpec
        {
            ChainId = chainId,
            Consensus = rule.Read(chain),
            StateHistoryBlocks = chain.Word("stateHistoryBlocks", 1024),
            GasLimitTarget = chain.Word("gasLimitTarget", 30_000_000),
        };
        chain.ExpectNothingElse();
        return spec;
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
