using System.CommandLine;
using Chain.Execution;
using Chain.Primitives;
using Chain.Testnet;
using Spectre.Console.Rendering;

namespace Chain.Plugin;

/// <summary>
/// A consensus rule as the program `chain` knows it: its genesis settings, its options, its networks, its screens.
/// </summary>
public abstract class RulePlugin
{
    /// <summary>How a genesis file names the rule and gives its settings.</summary>
    public abstract ConsensusSettingsReader Settings { get; }

    public abstract NetworkRule Network { get; }

    /// <summary>What `chain node run` takes for this rule; made once for a command.</summary>
    public abstract NodeRuleOptions NewNodeOptions();

    /// <summary>What `chain testnet up` takes for this rule; made once for a command.</summary>
    public abstract NetworkRuleOptions NewNetworkOptions();

    /// <summary>What `chain genesis new` takes for this rule; made once for a command.</summary>
    public abstract GenesisRuleOptions NewGenesisOptions();

    /// <summary>What `chain simulate` does for this rule; made once for a command.</summary>
    public abstract RuleSimulation NewSimulation();

    /// <summary>What a command of the rule's own is called; null where it needs none.</summary>
    public virtual string? CommandName => null;

    /// <summary>That command.</summary>
    public virtual Command NewCommand(CommandGuard guard) => throw new NotSupportedException($"{Network.Title} has no command.");

    /// <summary>What `--behave` can make of somebody, for help texts; null where nobody can misbehave.</summary>
    public virtual string? BehaveHelp => null;

    /// <summary>What `chain genesis check` says of the rule, in order.</summary>
    public abstract IEnumerable<GenesisFact> Facts(GenesisFile genesis, GenesisBlock built);

    /// <summary>The nodes of a network, and what the rule has to tell of them.</summary>
    public abstract IRenderable Render(NetworkStatus status);

    /// <summary>What to add to the line that tells of a node's head, without a terminal.</summary>
    public virtual string HeadNote(NodeReport node) => "";

    /// <summary>What to add to the line that tells of a node that was started, as markup.</summary>
    public virtual string StartNote(TestnetNode node) => "";

    /// <summary>How a new network's start and its genesis time met, as markup; null where there is nothing to say.</summary>
    /// <param name="untilGenesis">From the moment when every node answered; negative once genesis was over by then.</param>
    public virtual string? GenesisNote(TestnetManifest manifest, TimeSpan untilGenesis) => null;

    /// <summary>What to know of a network that stands still, as a sentence after a blank; empty for nothing.</summary>
    public virtual string WhileStopped => "";
}
