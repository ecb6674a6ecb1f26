using Chain.Consensus.Work;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Rules.Work;

/// <summary>A block of the simulated chain.</summary>
/// <param name="Seconds">When it was found, from the start.</param>
/// <param name="Difficulty">Its own.</param>
public readonly record struct DifficultyPoint(double Seconds, UInt256 Difficulty);

/// <summary>A stretch of one hash rate.</summary>
/// <param name="HashesPerSecond">The rate of all miners together.</param>
/// <param name="StartsAtSeconds">When it began, from the start.</param>
/// <param name="SettledAfterSeconds">How long after its beginning a block first had a difficulty within half as much again of
/// what the rate deserves, which is rate × block time; null when none had.</param>
/// <param name="LongestGapSeconds">The longest time without a block.</param>
/// <param name="SettledBlockSeconds">The mean time between blocks from then on.</param>
/// <param name="Blocks">How many were found.</param>
public sealed record DifficultyPhase(
    double HashesPerSecond, double StartsAtSeconds, double? SettledAfterSeconds, double LongestGapSeconds,
    double SettledBlockSeconds, int Blocks);

/// <summary>What <see cref="DifficultySimulation.Run"/> saw.</summary>
/// <param name="Phases">The rate as it was, multiplied, and as it was again.</param>
/// <param name="Curve">Every block.</param>
public sealed record DifficultyHistory(IReadOnlyList<DifficultyPhase> Phases, IReadOnlyList<DifficultyPoint> Curve);

/// <summary>
/// The difficulty rule alone under a hash rate that jumps up and falls back (docs/consensus/work.md): one miner whose template is
/// renewed every second, so that the difficulty falls while the search lasts, and whose timestamps may run 15 s ahead of the
/// clock, where it waits. Pure: equal seeds give equal histories.
/// </summary>
public static class DifficultySimulation
{
    /// <summary>
    /// Within how many half-lives a thousandfold change settles when every block needs its expected number of hashes. By chance
    /// it may take longer after a fall: 11 half-lives are the median of 5,000 seeds at 2 s blocks, 12 are exceeded by one in
    /// nine, the longest took 15.5.
    /// </summary>
    public const double HalfLivesToSettle = 12;

    private const double FutureBoundSeconds = 15;
    private const int HalfLivesOfPhase = 40;
    private const double Tolerance = 1.5;

    // Well above the floor of the difficulty.
    private const double BaseRate = 1e6;

    private static readonly BlockHeader Origin = new()
    {
        ParentHash = Hash256.Zero,
        Beneficiary = Address.Zero,
        StateRoot = Hash256.Zero,
        TransactionsRoot = Hash256.Zero,
        ReceiptsRoot = Hash256.Zero,
        LogsBloom = Bloom.Empty,
        Difficulty = UInt256.Zero,
        Number = 0,
        GasLimit = 0,
        GasUsed = 0,
        Timestamp = 1_700_000_000,
        BaseFeePerGas = UInt256.Zero,
    };

    /// <param name="seed">Draws how many hashes each block needs; null gives every block the expected number.</param>
    /// <param name="change">By how much the rate is multiplied, later divided; from 1 to a million.</param>
    /// <param name="blockTimeSeconds">2 or more.</param>
    public static DifficultyHistory Run(ulong? seed, double change, ulong blockTimeSeconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(change, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(change, 1e6);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockTimeSeconds, 2UL);
        var random = seed is { } given ? new SeededRandom(given) : null;
        var phaseSeconds = (double)(HalfLivesOfPhase * Asert.HalfLifeBlocks * blockTimeSeconds);
        var curve = new List<DifficultyPoint>();
        var phases = new List<DifficultyPhase>();
        var (time, parent) = (0.0, Origin with { Difficulty = (ulong)(BaseRate * blockTimeSeconds) });
        foreach (var rate in new[] { BaseRate, BaseRate * change, BaseRate })
        {
            var (begin, first) = (phases.Count * phaseSeconds, curve.Count);
            while (true)
            {
                var work = random?.NextExponential(1) ?? 1;
                var (found, child) = NextBlock(parent, Math.Max(time, begin), rate, work, blockTimeSeconds);
                if (found > begin + phaseSeconds) break;
                (time, parent) = (found, child);
                curve.Add(new DifficultyPoint(found, child.Difficulty));
            }

            var before = first == 0 ? 0 : curve[first - 1].Seconds;
            phases.Add(Judge(curve.Skip(first).ToList(), rate, begin, before, begin + phaseSeconds, blockTimeSeconds));
        }

        return new DifficultyHistory(phases, curve);
    }

    private static DifficultyPhase Judge(List<DifficultyPoint> blocks, double rate, double begin, double before, double end,
        ulong blockTimeSeconds)
    {
        var gap = 0.0;
        var last = before;
        foreach (var block in blocks)
        {
            gap = Math.Max(gap, block.Seconds - last);
            last = block.Seconds;
        }

        var settled =
            blocks.FindIndex(block => (double)block.Difficulty / (rate * blockTimeSeconds) is >= 1 / Tolerance and <= Tolerance);
        return new DifficultyPhase(
            rate,
            begin,
            settled < 0 ? null : blocks[settled].Seconds - begin,
            Math.Max(gap, end - last),
            settled < 0 ? double.NaN : (last - blocks[settled].Seconds) / Math.Max(1, blocks.Count - 1 - settled),
            blocks.Count);
    }

    /// <summary>The block that is found once the chances of all hashes tried add up to <paramref name="work"/>.</summary>
    private static (double Found, BlockHeader Child) NextBlock(BlockHeader parent, double time, double rate, double work,
        ulong blockTimeSeconds)
    {
        time = Math.Max(time, parent.Timestamp - Origin.Timestamp + 1 - FutureBoundSeconds);
        while (true)
        {
            var timestamp = Math.Max(Origin.Timestamp + (ulong)time, parent.Timestamp + 1);
            var difficulty = Asert.NextDifficulty(parent, timestamp, blockTimeSeconds);
            var needed = work * (double)difficulty / rate;
            var untilNextSecond = Math.Floor(time) + 1 - time;
            if (needed <= untilNextSecond)
                return (time + needed, parent with
                {
                    Difficulty = difficulty,
                    Timestamp = timestamp,
                    Number = parent.Number + 1,
                });
            work -= untilNextSecond * rate / (double)difficulty;
            time = Math.Floor(time) + 1;
        }
    }
}
