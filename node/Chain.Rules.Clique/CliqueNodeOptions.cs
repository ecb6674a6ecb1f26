using System.CommandLine;
using Chain.Consensus.Clique;
using Chain.Host;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Rules.Clique;

/// <summary>What `chain node run` takes for Clique: which signers it acts for.</summary>
internal sealed class CliqueNodeOptions : NodeRuleOptions
{
    private readonly Option<DirectoryInfo?> _keys = new("--signer-keys")
    {
        Description = $"The folder with the keys of the signers to act for; {SignerKeys.FolderName} in the data folder if it is "
            + $"there",
    };

    public override IReadOnlyList<Option> Options => [_keys];

    public override RuleSetup Read(ParseResult parsed, GenesisFile genesis, string dataFolder, IReadOnlyList<string> behave)
    {
        var named = parsed.GetValue(_keys);
        if (named is { Exists: false }) throw new UsageException($"--signer-keys {named.FullName}: there is no such folder.");
        var folder = named?.FullName ?? Path.Combine(dataFolder, SignerKeys.FolderName);
        if (!SignerKeys.Load(folder).IsOk(out var keys, out var error)) throw new GenesisException(error);
        if (named is not null && keys.Length == 0)
            throw new UsageException($"--signer-keys {folder}: no signer key is there; a key is a file that ends in .key.");
        return new CliqueSetup { Signers = keys, Misbehaviours = [.. behave.Select(text => ParseBehaviour(text, keys))] };
    }

    private static (string Prefix, CliqueMisbehaviour Kind) ParseBehaviour(string text, PrivateKey[] keys)
    {
        var parts = text.Split(':', 2);
        var kind = MisbehaviourNames.Find(parts[0]);
        if (kind == CliqueMisbehaviour.None)
            throw new UsageException($"--behave {text}: '{parts[0]}' is none of {MisbehaviourNames.List}.");
        var prefix = parts.Length == 1 ? "" : parts[1].ToLowerInvariant();
        if (prefix.StartsWith("0x", StringComparison.Ordinal)) prefix = prefix[2..];
        return keys.Any(key => SignerKeys.NameOf(key.Address)[2..].StartsWith(prefix, StringComparison.Ordinal))
            ? (prefix, kind)
            : throw new UsageException($"--behave {text}: no signer of this node has an account that begins with '{prefix}'.");
    }
}
