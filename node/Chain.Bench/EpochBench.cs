using System.Diagnostics;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Bench;

/// <summary>
/// The epoch transition, and what else a block asks of the stake state, on a registry of a given size in which everybody votes.
/// </summary>
public static class EpochBench
{
    private const int Rounds = 101;

    public static IReadOnlyList<BenchFigure> Run(int validators)
    {
        var (state, block) = StateOf(validators);
        var settings = state.Settings;
        var endOfEpoch = state.Clone();
        StakeTransition.ProcessSlots(endOfEpoch, block, (state.CurrentEpoch + 1).StartSlot(settings.SlotsPerEpoch) - 1);
        var copy = Median(endOfEpoch, copied => copied.Clone());
        var epoch = Median(endOfEpoch, EpochTransition.ProcessEpoch);
        var root = Median(endOfEpoch, copied => copied.ComputeRoot());
        var committees = Median(endOfEpoch, copied =>
        {
            copied.Committees = new CommitteeCache();
            copied.GetShuffling(copied.CurrentEpoch);
        });
        return
        [
            new BenchFigure($"a copy of the stake state, {validators} validators", copy, "ms"),
            new BenchFigure($"the epoch transition, {validators} validators", epoch, "ms", epoch / copy, "a copy"),
            new BenchFigure($"the committees of an epoch, {validators} validators", committees, "ms", committees / copy,
                "a copy"),
            new BenchFigure($"the state's root, {validators} validators", root, "ms", root / copy, "a copy"),
        ];
    }

    /// <summary>A state that a network of so many validators came to.</summary>
    private static (StakeState State, Hash256 Block) StateOf(int validators)
    {
        var network = SimulatedStake.Create(nodes: 1, validators, seed: 1);
        network.Run(TimeSpan.FromSeconds(90));
        var finalized = network.Nodes[0].StakeOf().Finalized.Root;
        var kept = network.Nodes[0].Store.GetConsensusState(finalized)
            ?? throw new InvalidOperationException("The network finalized nothing.");
        return (StakeStateCodec.Decode(kept, SimulatedStake.Settings), finalized);
    }

    /// <summary>In milliseconds; each round works on a copy, which is not counted.</summary>
    private static double Median(StakeState state, Action<StakeState> work)
    {
        var times = new double[Rounds];
        for (var i = 0; i < Rounds; i++)
        {
            var copy = state.Clone();
            var startedAt = Stopwatch.GetTimestamp();
            work(copy);
            times[i] = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[Rounds / 2];
    }
}
