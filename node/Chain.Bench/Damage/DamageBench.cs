using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// One bit flipped in one file of a node's folder, again and again: each time a real node process must either serve, with every
/// answer as it was or an error in its place, or refuse to start with one line and exit code 1. The folders are those of a node
/// under proof of work and of one under stake: killed at work, stopped in good order, and killed soon after a start.
/// </summary>
public static class DamageBench
{
    /// <param name="flips">How many bits, each in a copy of its own.</param>
    /// <param name="firstSeed">Each flip follows from its seed alone, as long as the folders are the same.</param>
    /// <param name="port">JSON-RPC port of the nodes; administration is 1000 above it, peers 500.</param>
    /// <param name="report">Hears of each flip; null for nobody.</param>
    /// <exception cref="TestnetException">A node ended in another way, did not answer, or answered something else.</exception>
    public static async Task<IReadOnlyList<BenchFigure>> RunAsync(int flips, int firstSeed, int port, string folder,
        Action<string>? report, CancellationToken cancellation)
    {
        var sources = new List<DamageSource>();
        foreach (var isStake in new[] { false, true })
            sources.AddRange(await DamageSource.MakeAsync(isStake, port, Path.Combine(folder, isStake ? "pos" : "pow"),
                cancellation));
        foreach (var source in sources) await source.AskSoundAsync(cancellation);

        var outcomes = new Dictionary<DamageOutcome, int>();
        var broken = new List<string>();
        for (var seed = firstSeed; seed < firstSeed + flips; seed++)
        {
            var trial = new DamageTrial(sources[seed % sources.Count], seed, Path.Combine(folder, "trial"));
            var (outcome, said) = await trial.RunAsync(cancellation);
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            if (outcome == DamageOutcome.Broken) broken.Add($"seed {seed}, {trial.Description}: {said}");
            report?.Invoke($"seed {seed}, {trial.Description}: {outcome} {said}".TrimEnd());
        }

        if (broken.Count > 0)
            throw new TestnetException($"{broken.Count} of {flips} flips broke a "
                + $"promise:{Environment.NewLine}{string.Join(Environment.NewLine, broken)}");
        return
        [
            new BenchFigure("bits flipped, each in one file of a node's folder", flips, "flips"),
            new BenchFigure("refused to start, with one line and exit code 1", outcomes.GetValueOrDefault(DamageOutcome.Refused),
                "flips"),
            new BenchFigure("served, with an error in the place of some answers",
                outcomes.GetValueOrDefault(DamageOutcome.ServedWithErrors), "flips"),
            new BenchFigure("served, with every answer as before", outcomes.GetValueOrDefault(DamageOutcome.Served), "flips"),
        ];
    }
}

/// <summary>What became of a node with a damaged file.</summary>
public enum DamageOutcome
{
    /// <summary>It serves as before.</summary>
    Served,

    /// <summary>It serves, and says of some records that they cannot be read.</summary>
    ServedWithErrors,

    /// <summary>It did not start and said why.</summary>
    Refused,

    /// <summary>Anything else: an abort, a hang, another chain.</summary>
    Broken,
}
