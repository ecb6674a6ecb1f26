using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Consensus.Clique;
using Chain.Execution;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Rules.Clique;

/// <summary>What `chain genesis new` takes for Clique: whom to let sign, by name or by keys that are drawn now.</summary>
internal sealed class CliqueGenesisOptions : GenesisRuleOptions
{
    private readonly Option<string[]> _signers = new("--signer")
    {
        HelpName = "ADDRESS",
        Description = "clique: an account that may sign from the start; may be repeated",
        DefaultValueFactory = _ => [],
    };
    private readonly Option<DirectoryInfo?> _keys = new("--signer-keys")
    {
        Description = "clique: draw a key of a further signer into this folder, which holds none so far; a node reads them from "
            + $"`{SignerKeys.FolderName}` in its data folder",
    };
    private readonly Option<string> _period = CliqueNetworkOptions.Period();

    public override IReadOnlyList<Option> Options => [_signers, _keys, _period];

    public override GenesisDraft Read(ParseResult parsed)
    {
        List<Address> signers = [.. parsed.GetValue(_signers)!.Select(Parse)];
        var twice = signers.GroupBy(signer => signer).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null) throw new UsageException($"--signer names {twice.Key} more than once.");
        var (folder, key) = (parsed.GetValue(_keys)?.FullName, (PrivateKey?)null);
        if (folder is not null)
        {
            key = SignerKeys.Draw();
            signers.Add(key.Address);
        }

        if (signers.Count == 0)
            throw new UsageException("Nobody could sign a block: name signers with --signer ADDRESS, or let the key of one be "
                + "drawn with --signer-keys FOLDER.");
        return new Draft(signers, CliqueNetworkOptions.WholeSeconds(parsed.GetValue(_period)!), folder, key);
    }

    private static Address Parse(string text) => Address.TryParse(text, out var account)
        ? account
        : throw new UsageException($"--signer '{text}' is not an address (40 hex digits; mixed case must match its EIP-55 "
            + $"checksum).");

    private sealed class Draft(List<Address> signers, ulong periodSeconds, string? folder, PrivateKey? key) : GenesisDraft(
        new JsonObject { ["periodSeconds"] = periodSeconds },
        new JsonObject
        {
            ["difficulty"] = 1,
            ["extraData"] = Hex.Encode(CliqueExtra.Unsealed("Chain"u8, [.. signers.Order()])),
        })
    {
        public override IReadOnlyList<GenesisFact> Facts =>
            folder is null ? [] : [new("keys", "keys", folder), new("new signer", "newSigner", key!.Address.ToString())];

        public override void Save(GenesisBlock genesis)
        {
            if (folder is null || SignerKeys.Save(folder, [key!]) is not { } error) return;
            throw new GenesisException($"{error} No genesis file was written.");
        }
    }
}
