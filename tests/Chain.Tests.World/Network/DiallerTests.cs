using Chain.Network;
using Chain.Node;

namespace Chain.Tests;

public sealed class DiallerTests
{
    private static readonly Enode Peer = new(NodeId.Of(TestHub.KeyOf(2)), "127.0.0.1", 30303);

    [Fact]
    public async Task A_peer_that_leaves_at_once_again_and_again_is_dialled_ever_more_rarely_even_after_a_heal()
    {
        var dials = await DialAsync(count: 8, DisconnectReason.ClientQuitting, lastedMs: 0);

        // The clock may run ahead of the dialler, which makes a wait longer and never shorter. The first leave is forgiven.
        for (var i = 2; i < dials.Count; i++) Assert.InRange(dials[i] - dials[i - 1], 100 << (i - 1), long.MaxValue);
    }

    [Fact]
    public async Task A_retired_dialler_dials_nobody()
    {
        using var stop = new CancellationTokenSource();
        using var dialler = Make(new ManualTime(), out _);
        dialler.Retire();
        dialler.Add(Peer, DialKind.Static);
        var running = dialler.RunAsync((_, _) => throw new InvalidOperationException("It dialled."), stop.Token);
        dialler.TryAllAgain();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    // All dials of one static peer since a heal, whose connections all end in the same way.
    private static async Task<List<long>> DialAsync(int count, DisconnectReason reason, long? lastedMs)
    {
        var (time, dials) = (new ManualTime(), new List<long>());
        using var stop = new CancellationTokenSource();
        using var dialler = Make(time, out var clock);
        dialler.TryAllAgain();
        dialler.Add(Peer, DialKind.Static);
        var running = dialler.RunAsync(
            (enode, _) =>
            {
                lock (dials) dials.Add(clock.NowMs);
                dialler.Succeeded(enode.Id);
                dialler.Ended(enode.Id, reason, "It said goodbye.", lastedMs);
                return Task.CompletedTask;
            },
            stop.Token);
        await TestHub.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            lock (dials) return dials.Count >= count;
        });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        return dials;
    }

    private static Dialler Make(ManualTime time, out MonotonicClock clock) =>
        new(NodeId.Of(TestHub.KeyOf(1)), new PeerHubOptions(), clock = new MonotonicClock(time), _ => false, () => 0);
}
