using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Consensus;
using Chain.Execution;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Rules;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>`chain genesis new`: a genesis file for any rule, with the keys that its rule needs.</summary>
internal static class GenesisNewCommand
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly Argument<FileInfo> Output = new("file") { Description = "The file to write; must not be there yet" };
    private static readonly Option<string> Consensus = RuleChoice.NewOption();
    private static readonly Option<ulong> ChainId = new("--chain-id")
    {
        Description = "EIP-155 chain id",
        DefaultValueFactory = _ => 31337,
    };
    private static readonly Option<string[]> Accounts = new("--account")
    {
        Description = "ADDRESS=WEI, an account that exists from the start; may be repeated",
        DefaultValueFactory = _ => [],
    };

    public static Command Create()
    {
        var rules = KnownRules.All.Select(rule => (Rule: rule, Options: rule.NewGenesisOptions())).ToList();
        var command = new Command("new", "Write a genesis file whose chain begins now") { Consensus, ChainId, Accounts, Output };
        foreach (var option in rules.SelectMany(rule => rule.Options.Options)) command.Add(option);
        command.SetAction((parsed, _) => ChainProgram.GuardAsync(parsed, () =>
        {
            var file = parsed.GetValue(Output)!;
            if (Directory.Exists(file.FullName)) throw new GenesisException($"{file.FullName} is a folder; name a file.");
            if (file.Directory is { Exists: false } folder)
                throw new GenesisException($"There is no folder {folder.FullName} for the file; make it first.");
            var (rule, options) = RuleChoice.Of(parsed, parsed.GetValue(Consensus)!, rules, part => part.Options);
            var draft = options.Read(parsed);
            var text = Write(parsed, rule, draft);
            var (genesis, built) = Check(text);
            WholeFile.Write(file.FullName, stream =>
            {
                // Before the keys, whose folder is refused once they are in it: after a full disk the same command can be given
                // again.
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush();
                draft.Save(built);
            });
            GenesisCommands.Describe(parsed, file.FullName, genesis, draft.Facts);
            return Task.FromResult(ExitCodes.Ok);
        }));
        return command;
    }

    private static string Write(ParseResult parsed, RulePlugin rule, GenesisDraft draft)
    {
        var chain = new JsonObject { ["consensus"] = rule.Settings.Name };
        foreach (var (name, value) in draft.Chain) chain[name] = value?.DeepClone();
        var alloc = new JsonObject();
        foreach (var (address, wei) in ParseAccounts(parsed))
            alloc[address.ToString()] = new JsonObject { ["balance"] = wei.ToString() };
        var config = new JsonObject { ["chainId"] = parsed.GetValue(ChainId), ["chain"] = chain };
        var genesis = new JsonObject { ["config"] = config };
        foreach (var (name, value) in draft.Fields) genesis[name] = value?.DeepClone();
        genesis["gasLimit"] = 30_000_000;
        genesis["timestamp"] = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        genesis["alloc"] = alloc;
        return genesis.ToJsonString(Indented) + "\n";
    }

    // Whatever is wrong with it comes from the command line.
    private static (GenesisFile Genesis, GenesisBlock Built) Check(string text)
    {
        try
        {
            var genesis = KnownRules.Genesis.Parse(text);
            return (genesis, ConsensusFactory.BuildGenesis(genesis));
        }
        catch (GenesisException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static List<KeyValuePair<Address, UInt256>> ParseAccounts(ParseResult parsed)
    {
        List<KeyValuePair<Address, UInt256>> accounts = [.. parsed.GetValue(Accounts)!.Select(ParseAccount)];
        var twice = accounts.GroupBy(account => account.Key).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? accounts : throw new UsageException($"--account names {twice.Key} more than once.");
    }

    private static KeyValuePair<Address, UInt256> ParseAccount(string text)
    {
        var parts = text.Split('=');
        return parts.Length == 2 && Address.TryParse(parts[0], out var address) && UInt256.TryParse(parts[1], out var wei)
            ? new(address, wei) : throw new UsageException($"--account '{text}' is not ADDRESS=WEI.");
    }
}
