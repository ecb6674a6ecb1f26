using System.CommandLine;
using Chain.Plugin;
using Chain.Simulation;

namespace Chain.Rules.Clique;

/// <summary>`chain simulate` for Clique.</summary>
internal sealed class CliqueSimulation : RuleSimulation
{
    public override SimulatedHistory Run(ulong seed, int nodes, ParseResult parsed) => CliqueScenario.Run(seed, nodes);
}
