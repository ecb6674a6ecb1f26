using System.CommandLine;
using Chain.Plugin;
using Chain.Simulation;

namespace Chain.Rules.Work;

/// <summary>`chain simulate` for proof of work.</summary>
internal sealed class WorkSimulation : RuleSimulation
{
    public override IReadOnlyList<Command> NewCommands(CommandGuard guard) => [DifficultyCommand.Create(guard)];

    public override SimulatedHistory Run(ulong seed, int nodes, ParseResult parsed) => WorkScenario.Run(seed, nodes);
}
