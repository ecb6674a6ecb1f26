using System.Collections.Concurrent;
using System.Net;

namespace Chain.Bench;

/// <summary>What became of one hostile peer.</summary>
/// <param name="Node">The node that it attacked.</param>
/// <param name="Score">The most penalty points that it was seen with; those that end a connection are seldom seen.</param>
/// <param name="Ending">How the node got rid of it; null when it did not.</param>
public sealed record Offender(int Node, int Score, HostileEnding? Ending);

/// <summary>How a hostile peer dials, from how an honest one would.</summary>
public delegate HostileOptions HostileScript(HostileOptions options);

/// <summary>What a hostile peer does once it is connected.</summary>
public delegate Task HostilePlay(HostilePeer peer, CancellationToken until);

/// <summary>A network and the hostile peers that an attack lets loose on it.</summary>
public sealed class AttackScene(AttackNetwork network) : IAsyncDisposable
{
    private readonly ConcurrentQueue<(int Node, HostilePeer Peer)> _peers = new();
    private readonly ConcurrentDictionary<string, int> _scores = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<AttackMark> _marks = new();

    public AttackNetwork Network => network;

    public AttackTerrain Terrain => network.Terrain;

    /// <summary>The nodes that are attacked.</summary>
    public IReadOnlyList<int> Victims => Terrain.Victims;

    /// <summary>Marks of the attack's own.</summary>
    public IReadOnlyCollection<AttackMark> Marks => _marks;

    /// <summary>Sends a hostile peer to a node.</summary>
    public async Task<HostilePeer> DialAsync(int node, HostileScript script, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(script);
        var peer = await HostilePeer.DialAsync(script(network.Options(node)), cancellation);
        _peers.Enqueue((node, peer));
        return peer;
    }

    /// <summary>Sends an honest peer to a node, to ask it what is true; it is not counted among the offenders.</summary>
    public Task<HostilePeer> DialGuideAsync(int node, CancellationToken cancellation) =>
        HostilePeer.DialAsync(network.Options(node), cancellation);

    /// <summary>
    /// Plays a script on several peers for each of the victims, each peer anew when it is gone, until the attack ends.
    /// </summary>
    /// <param name="perVictim">Peers at once for each victim.</param>
    public Task OnEachAsync(int perVictim, HostileScript script, HostilePlay play, CancellationToken until) => Task.WhenAll(
        Victims.SelectMany(node => Enumerable.Repeat(node, perVictim)).Select(node => PlayAsync(node, script, play, until)));

    public void Add(AttackMark mark) => _marks.Enqueue(mark);

    /// <summary>Looks at what the victims hold against the hostile peers now.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        foreach (var node in Victims)
        {
            foreach (var (id, score) in await network.ScoresAsync(node, cancellation))
            {
                _scores.AddOrUpdate(id, score, (_, most) => Math.Max(most, score));
            }
        }
    }

    /// <summary>What became of the peers so far, in the order in which they came.</summary>
    public IReadOnlyList<Offender> Offenders() =>
        [.. _peers.Select(item => new Offender(item.Node, _scores.GetValueOrDefault(item.Peer.NodeId), item.Peer.Ending))];

    /// <summary>
    /// Another address of this machine, so that what a node allows to one source does not count against the honest; null where
    /// there is only one.
    /// </summary>
    public static IPAddress? Elsewhere { get; } = OperatingSystem.IsLinux() ? new IPAddress([127, 0, 66, 1]) : null;

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, peer) in _peers) await peer.DisposeAsync();
    }

    private async Task PlayAsync(int node, HostileScript script, HostilePlay play, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            try
            {
                var peer = await DialAsync(node, script, until);
                await play(peer, until);
                while (peer.IsConnected) await Task.Delay(50, until);
            }
            catch (IOException)
            {
                // The node does not let it in: it tries again, as a hostile peer would.
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await WaitAsync(TimeSpan.FromMilliseconds(250), until);
        }
    }

    /// <summary>Waits, or less long when the attack ends.</summary>
    public static async Task WaitAsync(TimeSpan time, CancellationToken until)
    {
        try
        {
            await Task.Delay(time, until);
        }
        catch (OperationCanceledException)
        {
            // The attack is over; whoever waits asks.
        }
    }
}
