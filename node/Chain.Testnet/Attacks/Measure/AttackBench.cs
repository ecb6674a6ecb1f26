using System.Globalization;

namespace Chain.Testnet;

/// <summary>How an attack is measured.</summary>
/// <param name="Window">Measured once without the attack and once under it.</param>
/// <param name="Rest">From the end of the attack until memory is looked at again.</param>
/// <param name="RpcPort">JSON-RPC port of the first node; the others follow.</param>
public sealed record AttackBenchOptions(TimeSpan Window, TimeSpan Rest, int RpcPort);

/// <summary>One variation of an attack, measured.</summary>
public sealed record AttackReport(Attack Attack, AttackVariation Variation, IReadOnlyList<AttackMark> Marks, IReadOnlyList<Offender> Offenders)
{
    public bool Passed => Marks.All(mark => mark.IsMet);
}

/// <summary>
/// Measures an attack: a network of its own for each variation, a window without the attack and one of the same length under it. Everything that the
/// attack may cost the honest is a ratio to the first, or has a bound of its own.
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
        Attack attack, AttackVariation variation, AttackBenchOptions options, string folder, Action<string> say, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(attack);
        ArgumentNullException.ThrowIfNull(variation);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(say);
        var seconds = options.Window.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture);
        say($"{attack.Row} {attack.Name}, {variation.Name}: starting a network ({variation.Terrain.Text})");
        await using var network = await AttackNetwork.StartAsync(folder, options.RpcPort, variation.Terrain, cancellation);
        await using var scene = new AttackScene(network);
        say($"{attack.Row} {attack.Name}, {variation.Name}: {seconds} s without the attack");
        var quiet = await AttackWindow.MeasureAsync(scene, variation, options.Window, null, cancellation);
        var play = await variation.Plan(scene, cancellation);
        var before = Resident(scene);
        say($"{attack.Row} {attack.Name}, {variation.Name}: {seconds} s under the attack");
        var attacked = await AttackWindow.MeasureAsync(scene, variation, options.Window, play, cancellation);
        var offenders = scene.Offenders();
        await scene.DisposeAsync();
        say($"{attack.Row} {attack.Name}, {variation.Name}: {options.Rest.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s of rest");
        await Task.Delay(options.Rest, cancellation);
        return new AttackReport(attack, variation, Marks(scene, variation, quiet, attacked, (before, Resident(scene)), offenders), offenders);
    }

    private static List<AttackMark> Marks(
        AttackScene scene, AttackVariation variation, AttackWindow quiet, AttackWindow attacked, (double Before, double After) resident, IReadOnlyList<Offender> offenders)
    {
        var ratio = quiet.Blocks == 0 ? 0 : (double)attacked.Blocks / quiet.Blocks;
        var marks = new List<AttackMark>
        {
            new("blocks that every node has", attacked.Blocks, "blocks", $"at least {LeastBlockRatio} × without the attack", ratio >= LeastBlockRatio, quiet.Blocks),
        };
        if (variation.CountsTransfers)
        {
            marks.Add(new AttackMark(
                $"honest transfers at the neighbor within {AttackWindow.TransferPatience.TotalSeconds:0} s, of {attacked.Transfers.Count}",
                attacked.ArrivedPercent, "%", $"at least {LeastArrivedPercent}", attacked.ArrivedPercent >= LeastArrivedPercent, quiet.ArrivedPercent));
        }

        var (peak, kept) = (attacked.PeakBytes / 1e6, resident.After - resident.Before);
        marks.Add(new AttackMark("resident memory of an attacked node, at most", peak, "MB", $"at most {MostMegabytes}", peak <= MostMegabytes, quiet.PeakBytes / 1e6));
        marks.Add(new AttackMark("resident memory after the rest, above before the attack", kept, "MB", $"at most {MostKeptMegabytes}", kept <= MostKeptMegabytes));
        marks.Add(new AttackMark("eth_blockNumber of an attacked node, 99th percentile", attacked.RpcP99Ms, "ms", $"below {MostRpcMs}", attacked.RpcP99Ms < MostRpcMs, quiet.RpcP99Ms));
        if (variation.Costs) marks.Add(OffenderMark(offenders));
        marks.AddRange(scene.Marks);
        return marks;
    }

    private static AttackMark OffenderMark(IReadOnlyList<Offender> offenders)
    {
        var paid = offenders.Count(offender => offender.Score > 0 || offender.Ending is not null);
        return new AttackMark($"hostile peers that paid or were disconnected, of {offenders.Count}", paid, "peers", "all that had time to offend: at least one", paid > 0);
    }

    // In millions of bytes, of the attacked node that has the most.
    private static double Resident(AttackScene scene) => scene.Victims.Max(scene.Network.ResidentBytes) / 1e6;
}
