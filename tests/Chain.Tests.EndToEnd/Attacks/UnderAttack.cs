using Chain.Bench;

namespace Chain.Tests.EndToEnd;

/// <summary>
/// A network of real processes under several variations of an attack at once. What must hold is counted, not timed: blocks go
/// on, every honest transfer arrives, memory stays within its bound, and a peer that has to pay does.
/// </summary>
internal sealed class UnderAttack : IAsyncDisposable
{
    private const int Blocks = 3;
    private const int Transfers = 15;
    private const double MostBytes = 300e6;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    private readonly string _folder;
    private readonly CancellationTokenSource _until = new();
    private readonly List<AttackVariation> _variations;
    private List<Task> _attacks = [];
    private ulong?[] _heights = [];

    private UnderAttack(string folder, AttackNetwork network, List<AttackVariation> variations)
    {
        (_folder, Network, _variations) = (folder, network, variations);
        Scene = new AttackScene(network);
    }

    public AttackNetwork Network { get; }

    public AttackScene Scene { get; }

    /// <summary>Starts a network on the terrain of these variations and lets all of them loose on it.</summary>
    public static Task<UnderAttack> BeginAsync(string attack, params string[] names)
    {
        var all = Attack.Find(attack)!.Variations;
        var variations = names.Select(name => all.Single(variation => variation.Name == name)).ToList();
        return BeginAsync(variations[0].Terrain, variations);
    }

    /// <summary>
    /// Starts a network and lets these variations loose on it. Blocks come each second, under proof of stake twice as often.
    /// </summary>
    public static async Task<UnderAttack> BeginAsync(AttackTerrain terrain, List<AttackVariation> variations)
    {
        terrain = terrain with
        {
            BlockTime = TimeSpan.FromMilliseconds(terrain.IsStake ? 500 : 1000),
            NodeProgram = Programs.PublishedChain,
        };
        var folder = Path.Combine(Path.GetTempPath(), $"chain-attack-{Environment.ProcessId}-{Guid.NewGuid():n}");
        var port = TestNetwork.FreePorts(terrain.Nodes);
        var network = await AttackNetwork.StartAsync(folder, port, terrain, CancellationToken.None);
        var under = new UnderAttack(folder, network, variations);
        try
        {
            var plays = new List<Func<CancellationToken, Task>>();
            foreach (var variation in variations) plays.Add(await variation.Plan(under.Scene, CancellationToken.None));
            under._attacks = plays.ConvertAll(play => play(under._until.Token));
            return under;
        }
        catch
        {
            await under.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asserts all that has to hold while the attack goes on.</summary>
    public async Task HoldsAsync()
    {
        await using var traffic = new HonestTraffic(Network, 0, 1, perSecond: 8, Patience);
        if (_variations[0].Disturb is { } disturb) await disturb(Scene, CancellationToken.None);
        var goal = await Network.LeastHeightAsync(CancellationToken.None) + Blocks;
        await UntilAsync(
            async () => (_heights = await Network.HeightsAsync(CancellationToken.None)).All(height => height >= goal),
            () => $"block {goal} on every node; they are at {string.Join(", ", _heights)}");
        await UntilAsync(
            () => Task.FromResult(traffic.Sent >= Transfers),
            () => $"{Transfers} transfers taken by node 0; it took {traffic.Sent}");
        var arrivals = await traffic.FinishAsync();
        var lost = arrivals.Count(time => time is null);
        Assert.True(lost == 0, $"{lost} of {arrivals.Count} honest transfers did not reach the neighbor.");
        if (!_variations.Any(variation => variation.Costs)) return;
        await UntilAsync(() => Task.FromResult(Scene.Offenders().Any(HasPaid)), () => "points for a hostile peer, or its end");

        static bool HasPaid(Offender offender) => offender.Score > 0 || offender.Ending is not null;
    }

    /// <summary>Waits for a condition under the attack, and looks at memory and penalties meanwhile.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, Func<string> what)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            foreach (var victim in Scene.Victims) Assert.InRange(Network.ResidentBytes(victim), 1, MostBytes);
            await Scene.LookAsync(CancellationToken.None);
            Assert.False(patience.IsCancellationRequested, $"Not within {Patience.TotalSeconds} s: {what()}");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _until.CancelAsync();
        await Task.WhenAll(_attacks).ContinueWith(static _ => { }, TaskScheduler.Default);
        await Scene.DisposeAsync();
        await Network.DisposeAsync();
        _until.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
