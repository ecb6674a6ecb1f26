using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Consensus;
using Chain.Execution;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Rules;
using Chain.Terminal;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>`chain genesis`: makes and checks genesis files.</summary>
internal static class GenesisCommands
{
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document and nothing else",
        Recursive = true,
    };

    public static Command Create() =>
        new("genesis", "Make and check genesis files") { GenesisNewCommand.Create(), Check(), Json };

    /// <summary>Prints what a genesis file describes, as text or as JSON.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="more">What else there is to say, in this order.</param>
    public static void Describe(ParseResult parsed, string file, GenesisFile genesis, params IReadOnlyList<GenesisFact> more)
    {
        var facts = Facts(genesis, ConsensusFactory.BuildGenesis(genesis)).Concat(more).ToList();
        if (parsed.GetValue(Json))
        {
            var document = new JsonObject { ["file"] = Path.GetFullPath(file) };
            foreach (var fact in facts) document[fact.Json] = fact.Value;
            JsonOutput.Print(document);
            return;
        }

        foreach (var fact in facts) AnsiConsole.MarkupLine(Shown.Line($"{fact.Name,-14}{$"{fact.Value} {fact.Unit}".Trim()}"));
    }

    private static Command Check()
    {
        var input = new Argument<FileInfo>("file") { Description = "A genesis file" };
        var command = new Command("check", "Say what a genesis file describes, or what is wrong with it") { input };
        command.SetAction((parsed, _) => ChainProgram.GuardAsync(parsed, () =>
        {
            var file = parsed.GetValue(input)!;
            Describe(parsed, file.FullName, GenesisFiles.Read(KnownRules.Genesis, file));
            return Task.FromResult(ExitCodes.Ok);
        }));
        return command;
    }

    private static IEnumerable<GenesisFact> Facts(GenesisFile genesis, GenesisBlock built)
    {
        yield return new("chain id", "chainId", genesis.Spec.ChainId);
        yield return new("genesis block", "genesisBlock", built.Block.Hash.ToString());
        yield return new("state root", "stateRoot", built.Block.Header.Header.StateRoot.ToString());
        yield return new("accounts", "accounts", genesis.Alloc.Count);
        foreach (var fact in KnownRules.Of(genesis).Facts(genesis, built)) yield return fact;
    }
}
