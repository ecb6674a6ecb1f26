using System.Globalization;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>How an attack is measured.</summary>
/// <param name="Window">Measured once without the attack and once under it.</param>
/// <param name="Rest">From the end of the attack until memory is looked at again.</param>
/// <param name="RpcPort">JSON-RPC port of the first node; the others follow.</param>
public sealed record AttackBenchOptions(TimeSpan Window, TimeSpan Rest, int RpcPort);

/// <summary>One variation of an attack, measured.</summary>
public sealed record AttackReport(
    Attack Attack, AttackVariation Variation, IReadOnlyList<AttackMark> Marks, IReadOnlyList<Offender> Offenders)
{
    public bool Passed => Marks.All(mark => mark.IsMet);
}

/// <summary>
/// Measures an attack: a network of its own for each variation, a window without the attack and one of the same length under
/// it. Everything that the attack may cost the honest is a ratio to the first, or has a bound of its own.
/// </summary>
public static class AttackBench
{
    private const double LeastBlockRatio = 0.9;
    private const double LeastArrivedPercent = 99;
    private const double MostMegabytes = 300;
    private const double MostKeptMegabytes = 100;
    private const double MostRpcMs = 1000;

    /// <param name="folder">For the network; a folder that does not exist.</param>
    /// <param name="say">Hears what happens.</param>
    public static async Task<AttackReport> RunAsync(
        Attack attack,
        AttackVariation variation,
        AttackBenchOptions options,
        string folder,
        Action<string> say,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(attack);
        ArgumentNullException.ThrowIfNull(variation);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(say);
        Tell($"starting a network ({variation.Terrain.Text})");
        await using var network = await AttackNetwork.StartAsync(folder, options.RpcPort, variation.Terrain, cancellation);
        await using var scene = new AttackScene(network);
        Tell($"{options.Window.TotalSeconds:0.#} s without the attack");
        var quiet = await AttackWindow.MeasureAsync(scene, variation, options.Window, null, cancellation);
        if (quiet.Blocks == 0) throw new TestnetException("No block came without the attack; choose more --seconds.");
        var play = await variation.Plan(scene, cancellation);
        var before = Resident(scene);
        Tell($"{options.Window.TotalSeconds:0.#} s under the attack");
        var attacked = await AttackWindow.MeasureAsync(scene, variation, options.Window, play, cancellation);
        var offenders = scene.Offenders();
        await scene.DisposeAsync();
        Tell($"{options.Rest.TotalSeconds:0.#} s of rest");
        await Task.Delay(options.Rest, cancellation);
        var marks = Marks(variation, quiet, attacked, keptMegabytes: Resident(scene) - before);
        if (variation.Costs) marks.Add(OffenderMark(offenders));
        return new AttackReport(attack, variation, [.. marks, .. scene.Marks], offenders);

        void Tell(FormattableString text) =>
            say($"{attack.Row} {attack.Name}, {variation.Name}: {text.ToString(CultureInfo.InvariantCulture)}");
    }

    private static List<AttackMark> Marks(
        AttackVariation variation, AttackWindow quiet, AttackWindow attacked, double keptMegabytes)
    {
        var (peak, quietPeak) = (attacked.PeakBytes / 1e6, quiet.PeakBytes / 1e6);
        var marks = new List<AttackMark>
        {
            AtLeast("blocks that every node has", attacked.Blocks, "blocks", LeastBlockRatio * quiet.Blocks, quiet.Blocks),
        };
        if (variation.CountsTransfers)
        {
            var within = AttackWindow.TransferPatience.TotalSeconds;
            var name = $"honest transfers at the neighbor within {within:0} s, of {attacked.Transfers.Count}";
            marks.Add(AtLeast(name, attacked.ArrivedPercent, "%", LeastArrivedPercent, quiet.ArrivedPercent));
        }

        marks.Add(AtMost("resident memory of an attacked node, peak", peak, "MB", MostMegabytes, quietPeak));
        marks.Add(AtMost("resident memory kept after the rest", keptMegabytes, "MB", MostKeptMegabytes, null));
        marks.Add(AtMost("eth_blockNumber of an attacked node, p99", attacked.RpcP99Ms, "ms", MostRpcMs, quiet.RpcP99Ms));
        return marks;
    }

    private static AttackMark AtLeast(string name, double value, string unit, double bound, double? baseline) =>
        new(name, value, unit, string.Create(CultureInfo.InvariantCulture, $"at least {bound:0.#}"), value >= bound, baseline);

    private static AttackMark AtMost(string name, double value, string unit, double bound, double? baseline) =>
        new(name, value, unit, string.Create(CultureInfo.InvariantCulture, $"at most {bound:0.#}"), value <= bound, baseline);

    private static AttackMark OffenderMark(IReadOnlyList<Offender> offenders)
    {
        var paid = offenders.Count(offender => offender.Score > 0 || offender.Ending is not null);
        return AtLeast($"hostile peers that paid or were disconnected, of {offenders.Count}", paid, "peers", 1, null);
    }

    // In millions of bytes, of the attacked node that has the most.
    private static double Resident(AttackScene scene) => scene.Victims.Max(scene.Network.ResidentBytes) / 1e6;
}
