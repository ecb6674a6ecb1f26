using System.CommandLine;
using Chain.Consensus.Clique;
using Chain.Execution;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Terminal;
using Chain.Testnet;
using Spectre.Console.Rendering;

namespace Chain.Rules.Clique;

/// <summary>Clique as the program `chain` knows it.</summary>
public sealed class CliquePlugin : RulePlugin
{
    public override ConsensusSettingsReader Settings { get; } = new CliqueReader();

    public override NetworkRule Network => CliqueNetwork.Instance;

    public override string BehaveHelp => $"NODE=KIND for the signers of a node, with {MisbehaviourNames.List}";

    public override NodeRuleOptions NewNodeOptions() => new CliqueNodeOptions();

    public override NetworkRuleOptions NewNetworkOptions() => new CliqueNetworkOptions();

    public override GenesisRuleOptions NewGenesisOptions() => new CliqueGenesisOptions();

    public override RuleSimulation NewSimulation() => new CliqueSimulation();

    public override string CommandName => "clique";

    public override Command NewCommand(CommandGuard guard) => CliqueCommands.Create(guard);

    public override IEnumerable<GenesisFact> Facts(GenesisFile genesis, GenesisBlock built)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        var settings = (CliqueSettings)genesis.Spec.Consensus;
        var signers = CliqueExtra.Signers(genesis.ExtraData.Span);
        yield return new("consensus", "consensus", CliqueRule.Name);
        yield return new("period", "periodSeconds", settings.PeriodSeconds, "s");
        yield return new("epoch", "epochBlocks", settings.EpochBlocks, "blocks");
        yield return new("signers", "signers", string.Join(", ", signers));
    }

    public override IRenderable Render(NetworkStatus status) => CliqueScreen.Render(status);

    public override string StartNote(TestnetNode node)
    {
        if (node.SignersOf() is not { } own) return "";
        var wrong = own.Behave.Count == 0 ? "" : $", [yellow]who does wrong: {Shown.Field(string.Join(", ", own.Behave))}[/]";
        return $"  signs for {Shown.Field(string.Join(", ", own.Accounts))}{wrong}";
    }
}
