using System.CommandLine;
using Chain.Simulation;
using Chain.Testnet;

namespace Chain.Plugin;

/// <summary>What `chain simulate` does for one rule.</summary>
public abstract class RuleSimulation
{
    /// <summary>Its options, beside those that every simulation has.</summary>
    public virtual IReadOnlyList<Option> Options => [];

    /// <summary>What else can be simulated of the rule, as commands below `chain simulate`.</summary>
    public virtual IReadOnlyList<Command> NewCommands(CommandGuard guard) => [];

    /// <summary>Hurts a network of so many nodes, lets it heal, and asks what the rule promises.</summary>
    /// <exception cref="UsageException">An option that cannot be read.</exception>
    public abstract SimulatedHistory Run(ulong seed, int nodes, ParseResult parsed);

    /// <summary>What to say of several histories together, as a sentence; null for nothing.</summary>
    public virtual string? Summarize(IReadOnlyList<SimulatedHistory> histories) => null;

    /// <summary>The same for programs, in order.</summary>
    public virtual IReadOnlyList<SimulationFact> Totals(IReadOnlyList<SimulatedHistory> histories) => [];
}
