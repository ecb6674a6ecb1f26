using System.CommandLine;
using System.Globalization;
using Chain.Consensus.Stake;
using Chain.Host;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>What `chain node run` takes for proof of stake: which validators it acts for, and a checkpoint to trust.</summary>
internal sealed class StakeNodeOptions : NodeRuleOptions
{
    private const int CompressedKeyDigits = 66;

    private readonly Option<DirectoryInfo?> _keys = new("--validators")
    {
        Description = $"The folder with the keys of the validators to act for; {ValidatorKeys.FolderName} in the data folder "
            + $"if it is there",
    };
    private readonly Option<FileInfo?> _history = new("--signing-history")
    {
        Description = $"The file that remembers what they signed; {SigningHistory.FileName} in the data folder if not given",
    };
    private readonly Option<bool> _newHistory = new("--new-signing-history")
    {
        Description = "Sign at once with keys that have no signing history, instead of listening for two epochs or more; "
            + "for one start, when it is certain that no other node uses them",
    };
    private readonly Option<string?> _checkpoint = new("--checkpoint")
    {
        Description = "EPOCH:BLOCKHASH: a checkpoint from somebody trusted; a chain without it is not followed",
    };

    public override IReadOnlyList<Option> Options => [_keys, _history, _newHistory, _checkpoint];

    public override RuleSetup Read(ParseResult parsed, GenesisFile genesis, string dataFolder, IReadOnlyList<string> behave) =>
        new StakeSetup
        {
            Validators = Validators(parsed, dataFolder, behave),
            TrustedCheckpoint = TrustedCheckpoint(parsed),
        };

    /// <summary>The validators of the node; null for none.</summary>
    /// <exception cref="UsageException">Something that does not go together.</exception>
    /// <exception cref="GenesisException">A key that cannot be read.</exception>
    private ValidatorOptions? Validators(ParseResult parsed, string dataFolder, IReadOnlyList<string> behave)
    {
        var named = parsed.GetValue(_keys);
        if (named is { Exists: false }) throw new UsageException($"--validators {named.FullName}: there is no such folder.");
        var folder = named?.FullName ?? Path.Combine(dataFolder, ValidatorKeys.FolderName);
        if (!Directory.Exists(folder))
        {
            if (behave.Count > 0)
                throw new UsageException($"--behave {behave[0]}: this node has no validators. Name their key folder with "
                    + $"--validators.");
            if (parsed.GetValue(_history) is { } unused)
                throw new UsageException($"--signing-history {unused.FullName}: this node has no validators. Name their key "
                    + $"folder with --validators.");
            if (parsed.GetValue(_newHistory))
            {
                throw new UsageException(
                    "--new-signing-history: this node has no validators. Name their key folder with --validators.");
            }

            return null;
        }

        if (!ValidatorKeys.Load(folder).IsOk(out var secrets, out var error)) throw new GenesisException(error);
        if (named is not null && secrets.Length == 0)
            throw new UsageException($"--validators {folder}: no validator key is there; a key is a file that ends in .key.");
        var history = parsed.GetValue(_history)?.FullName ?? Path.Combine(dataFolder, SigningHistory.FileName);
        var misbehaviours = behave.Select(text => ParseBehaviour(text, secrets)).ToList();
        return new ValidatorOptions(folder, history, misbehaviours, parsed.GetValue(_newHistory));
    }

    private Checkpoint? TrustedCheckpoint(ParseResult parsed)
    {
        if (parsed.GetValue(_checkpoint) is not { } text) return null;
        var parts = text.Split(':');
        return parts.Length == 2 && ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            && Hash256.TryParse(parts[1], out var root)
            ? new Checkpoint(new Epoch(epoch), root)
            : throw new UsageException($"--checkpoint '{text}' is not EPOCH:BLOCKHASH, an epoch's number and 0x with 64 hex "
                + $"digits. chain_checkpoints of a node that you trust says both.");
    }

    private static (string KeyPrefix, Misbehaviour Misbehaviour) ParseBehaviour(string text, ValidatorSecret[] secrets)
    {
        var parts = text.Split(':', 2);
        var kind = MisbehaviourNames.Find(parts[0]);
        if (kind == Misbehaviour.None)
            throw new UsageException($"--behave {text}: '{parts[0]}' is none of {MisbehaviourNames.List}.");
        var prefix = parts.Length == 1 ? "" : parts[1].ToLowerInvariant();
        if (prefix.StartsWith("0x", StringComparison.Ordinal)) prefix = prefix[2..];
        if (parts.Length == 2 && (prefix.Length is 0 or > CompressedKeyDigits || !prefix.All(char.IsAsciiHexDigitLower)))
            throw new UsageException($"--behave {text}: '{parts[1]}' is not the beginning of a compressed public key, 1 to "
                + $"{CompressedKeyDigits} hex digits, as the key files are named.");
        return secrets.Any(secret => ValidatorKeys.NameOf(secret.Key).StartsWith(prefix, StringComparison.Ordinal))
            ? (prefix, kind)
            : throw new UsageException($"--behave {text}: no validator of this node has a key that begins with {prefix}.");
    }
}
