using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>What `chain genesis new` takes for proof of stake: its validators, whose keys are drawn now.</summary>
internal sealed class StakeGenesisOptions : GenesisRuleOptions
{
    private const int MaxValidators = 4096;

    private readonly Option<int> _validators = new("--validators")
    {
        Description = "pos: validators with 32 ether each; at least as many as slots in an epoch",
        DefaultValueFactory = _ => 16,
    };
    private readonly Option<string> _slot = new("--slot")
    {
        Description = "pos: the length of a slot, at least 100ms",
        DefaultValueFactory = _ => "2s",
    };
    private readonly Option<ulong> _slotsPerEpoch = new("--slots-per-epoch")
    {
        Description = "pos: slots in an epoch, at least 2",
        DefaultValueFactory = _ => 8,
    };
    private readonly Option<DirectoryInfo?> _keys = new("--keys")
    {
        Description = "pos: the folder for the validators' private keys, without keys so far; a node reads them from "
            + "`validators` in its data folder. Needed unless --seed is given",
    };
    private readonly Option<string?> _seed = new("--seed")
    {
        Description =
            "pos: derive the keys from this text instead of drawing them. For lessons: who knows the text can sign with them",
    };

    public override IReadOnlyList<Option> Options => [_validators, _slot, _slotsPerEpoch, _keys, _seed];

    public override GenesisDraft Read(ParseResult parsed)
    {
        var (count, seed, keys) = (parsed.GetValue(_validators), parsed.GetValue(_seed), parsed.GetValue(_keys)?.FullName);
        if (count is < 1 or > MaxValidators)
            throw new UsageException($"--validators is {count}; it must be from 1 to {MaxValidators}.");
        if (seed is null && keys is null)
            throw new UsageException("Without --keys FOLDER the validators' keys would be lost. Give a folder for them, or a "
                + "--seed from which they can be derived again.");
        if (seed is { Length: 0 }) throw new UsageException("--seed is empty; give a text.");
        var secrets = new ValidatorSecret[count];
        for (var i = 0; i < count; i++)
            secrets[i] = new ValidatorSecret(seed is null ? ValidatorKeys.Draw() : SeededValidators.KeyOf(seed, i));
        return new Draft(ChainOf(parsed, secrets), secrets, keys);
    }

    /// <summary>What a validator stakes goes back to its key's own account in the end.</summary>
    private JsonObject ChainOf(ParseResult parsed, ValidatorSecret[] validators)
    {
        var commitments = ValidatorKeys.Commitments(validators, new ProofOfStakeSettings().RandaoOnionLayers);
        var entries = validators.Select((validator, i) => new JsonObject
        {
            ["publicKey"] = $"0x{ValidatorKeys.NameOf(validator.Key)}",
            ["randaoCommitment"] = commitments[i].ToString(),
            ["withdrawalAddress"] = validator.PrivateKey.Address.ToString(),
        });
        return new JsonObject
        {
            ["slotDurationMs"] = (ulong)Durations.Parse(parsed.GetValue(_slot)!, allowNegative: false).TotalMilliseconds,
            ["slotsPerEpoch"] = parsed.GetValue(_slotsPerEpoch),
            ["validators"] = new JsonArray([.. entries]),
        };
    }

    // Two networks made in the same second are still two networks: by their mixHash.
    private sealed class Draft(JsonObject chain, ValidatorSecret[] secrets, string? folder) : GenesisDraft(
        chain, new JsonObject { ["mixHash"] = Hex.Encode(RandomNumberGenerator.GetBytes(Hash256.Size)) })
    {
        public override IReadOnlyList<GenesisFact> Facts => folder is null ? [] :
        [
            new("keys", "keys", folder),
            HistoryBeside(folder) is { } path
                ? new("history", "signingHistory", path)
                : new("history", "signingHistory", null,
                    "none: start nodes that get these keys once with --new-signing-history"),
        ];

        public override void Save(GenesisBlock genesis)
        {
            ArgumentNullException.ThrowIfNull(genesis);
            if (folder is null) return;
            if (!ValidatorKeys.Create(folder, [.. secrets.Select(secret => secret.PrivateKey)]).IsOk(out _, out var error))
                throw new GenesisException($"{error} No genesis file was written.");
            if (HistoryBeside(folder) is not { } path) return;
            using var history = SigningHistory.Open(path, genesis.Block.Hash);
            history.RegisterNew([.. secrets.Select(secret => secret.Key)]);
        }

        /// <summary>The signing history of the data folder that holds the keys; null where nodes are yet to get them.</summary>
        private static string? HistoryBeside(string keys)
        {
            var path = Path.TrimEndingDirectorySeparator(keys);
            if (Path.GetFileName(path) != ValidatorKeys.FolderName) return null;
            return Path.Combine(Path.GetDirectoryName(path)!, SigningHistory.FileName);
        }
    }
}
