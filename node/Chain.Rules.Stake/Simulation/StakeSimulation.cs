using System.CommandLine;
using Chain.Plugin;
using Chain.Simulation;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>`chain simulate` for proof of stake; it also counts how often `safe` was reverted.</summary>
internal sealed class StakeSimulation : RuleSimulation
{
    private readonly Option<int?> _hostile = new("--hostile")
    {
        Description = "pos: the percentage of stake that misbehaves, 0 to 50; left out, the seed decides",
    };

    public override IReadOnlyList<Option> Options => [_hostile];

    public override SimulatedHistory Run(ulong seed, int nodes, ParseResult parsed)
    {
        var share = parsed.GetValue(_hostile);
        if (share is < 0 or > 50) throw new UsageException($"--hostile is from 0 to 50, not {share}.");
        return StakeScenario.Run(seed, nodes, share);
    }

    public override string Summarize(IReadOnlyList<SimulatedHistory> histories)
    {
        var safe = SafeBlocks.Of(histories);
        return $"safe was reverted {safe.Reverts} times in {safe.NodeSlots} slots of nodes: {safe.PerThousandSlots:F2} in a "
            + $"thousand, at most {safe.Deepest} blocks deep";
    }

    public override IReadOnlyList<SimulationFact> Totals(IReadOnlyList<SimulatedHistory> histories)
    {
        var safe = SafeBlocks.Of(histories);
        return
        [
            new("nodeSlots", safe.NodeSlots),
            new("safeReverts", safe.Reverts),
            new("safeRevertsPerThousandSlots", safe.PerThousandSlots),
            new("deepestSafeRevert", safe.Deepest),
        ];
    }

    private readonly record struct SafeBlocks(ulong NodeSlots, int Reverts, ulong Deepest)
    {
        public double PerThousandSlots => 1000.0 * Reverts / NodeSlots;

        public static SafeBlocks Of(IReadOnlyList<SimulatedHistory> histories)
        {
            var runs = histories.Cast<StakeHistory>().ToList();
            return new SafeBlocks(runs.Aggregate(0UL, (sum, run) => sum + run.NodeSlots), runs.Sum(run => run.SafeReverts),
                runs.Max(run => run.DeepestSafeRevert));
        }
    }
}
