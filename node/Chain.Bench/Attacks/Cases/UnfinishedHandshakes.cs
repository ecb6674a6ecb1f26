using System.Net;
using System.Net.Sockets;
using Chain.Network;

namespace Chain.Bench;

/// <summary>
/// Two hundred sockets that stop somewhere on the way to being a peer, or become one and do nothing, opened anew when the node
/// closes them. Meanwhile an honest peer dials each second.
/// </summary>
internal static class UnfinishedHandshakes
{
    private const int Sockets = 200;

    // Longer than a node needs to refuse, so that places are what is fought for, not the processor that both sides share here.
    internal static readonly TimeSpan Reopening = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan HonestPatience = TimeSpan.FromSeconds(2);

    public static Attack Attack { get; } = new(20, "unfinished-handshakes", "200 sockets take the places of peers",
    [
        Of("silent", "opens a connection and says nothing", Hold(Elsewhere, NothingAsync)),
        Of("same-source", "as silent, from the address that the honest come from", Hold(Here, NothingAsync)),
        Of("dripping", "sends a byte of the handshake each second", Hold(Elsewhere, DripAsync)),
        Of("no-hello", "completes the encryption and does not greet", Hold(Elsewhere, EncryptAsync)),
        Of("no-status", "greets and does not say what chain it is on", Hold(Elsewhere, GreetAsync)),
        Of("no-status-here", "as no-status, from the address that the honest come from", Hold(Here, GreetAsync)),
        Of("idle", "becomes a peer and does nothing more", Idle(Elsewhere)),
        Of("idle-here", "as idle, from the address that the honest come from", Idle(Here)),
        Of("idle-scattered", "as idle, each from an address of its own", Idle(Scattered)),
        new("deaf", "becomes a peer, asks for heavy blocks and takes nothing off its connection", DeafPeers.IdleAsync),
        new("deaf-useful", "as deaf, once it has earned its place with a transfer", DeafPeers.UsefulAsync),
        new("deaf-plain", "as deaf-useful, for blocks of plain transfers that a restarted node reads from its store",
            DeafPeers.PlainAsync),
    ]);

    private delegate Task Advance(HostileSocket socket, CancellationToken until);

    /// <summary>Holds the n-th place for as long as the attack goes on.</summary>
    internal delegate Task Holder(AttackScene scene, int index, CancellationToken until);

    private static AttackVariation Of(string name, string summary, Holder holder) =>
        new(name, summary, (scene, _) => Task.FromResult(Play(scene, holder)));

    /// <summary>All the places at once, and an honest peer that dials each second.</summary>
    internal static Func<CancellationToken, Task> Play(AttackScene scene, Holder holder) =>
        until => PlayAsync(scene, holder, until);

    private static Task PlayAsync(AttackScene scene, Holder holder, CancellationToken until) =>
        Task.WhenAll(Enumerable.Range(0, Sockets).Select(index => holder(scene, index, until)).Append(HonestAsync(scene, until)));

    private static IPAddress? Elsewhere(int index) => AttackScene.Elsewhere;

    private static IPAddress? Here(int index) => null;

    internal static IPAddress? Scattered(int index) =>
        AttackScene.Elsewhere is null ? null : new IPAddress([127, 0, 67, (byte)(index + 1)]);

    private static Holder Hold(Func<int, IPAddress?> from, Advance advance) =>
        (scene, index, until) => HoldAsync(scene, from(index), advance, until);

    private static Holder Idle(Func<int, IPAddress?> from) => (scene, index, until) => IdleAsync(scene, from(index), until);

    // Keeps one socket open, whatever the node does about it.
    private static async Task HoldAsync(AttackScene scene, IPAddress? from, Advance advance, CancellationToken until)
    {
        var target = scene.Network.EnodeOf(scene.Victims[0]);
        while (!until.IsCancellationRequested)
        {
            try
            {
                using var socket = await HostileSocket.OpenAsync(target, from, isDeaf: false, until);
                await advance(socket, until);
                while (!socket.IsClosed()) await Task.Delay(100, until);
            }
            catch (Exception e) when (HostileSocket.IsRefusal(e) || e is OperationCanceledException)
            {
                // Closed, refused, or over.
            }

            await AttackScene.WaitAsync(Reopening, until);
        }
    }

    private static async Task IdleAsync(AttackScene scene, IPAddress? from, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            try
            {
                var peer = await scene.DialAsync(scene.Victims[0], options => options with { From = from }, until);
                while (peer.IsConnected) await Task.Delay(100, until);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // No place, or over.
            }

            await AttackScene.WaitAsync(Reopening, until);
        }
    }

    private static Task NothingAsync(HostileSocket socket, CancellationToken until) => Task.CompletedTask;

    private static Task EncryptAsync(HostileSocket socket, CancellationToken until) => socket.EncryptAsync(until);

    private static async Task DripAsync(HostileSocket socket, CancellationToken until)
    {
        // The size of an EIP-8 handshake message, and then its bytes, slowly.
        byte[] drops = [0x01, 0x90, 0x04];
        for (var i = 0; !socket.IsClosed(); i++)
        {
            await socket.Stream.WriteAsync(drops.AsMemory(i % drops.Length, 1), until);
            await Task.Delay(1000, until);
        }
    }

    private static async Task GreetAsync(HostileSocket socket, CancellationToken until)
    {
        await socket.EncryptAsync(until);
        await socket.GreetAsync([new Capability(MessageSpace.Eth, 68)], rule: null, until);
    }

    private static async Task HonestAsync(AttackScene scene, CancellationToken until)
    {
        // The sockets first: an honest peer that comes before them proves nothing.
        await AttackScene.WaitAsync(TimeSpan.FromSeconds(1), until);
        var (tries, admitted) = (0, 0);
        while (!until.IsCancellationRequested)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(until);
            patience.CancelAfter(HonestPatience);
            var isIn = await TryAsync(scene, patience.Token);
            if (until.IsCancellationRequested && !isIn) break;
            tries++;
            if (isIn) admitted++;
            await AttackScene.WaitAsync(TimeSpan.FromSeconds(1), until);
        }

        var share = tries == 0 ? 0 : 100.0 * admitted / tries;
        var name = $"honest peers let in within {HonestPatience.TotalSeconds:0} s, of {tries}";
        scene.Add(new AttackMark(name, share, "%", "at least 99", share >= 99));
    }

    // A peer is in once it is greeted and gets an answer. A node dials again as long as it is refused, sooner than a second later
    // at first; so does this.
    private static async Task<bool> TryAsync(AttackScene scene, CancellationToken patience)
    {
        while (!patience.IsCancellationRequested)
        {
            try
            {
                await using var peer = await scene.DialGuideAsync(scene.Victims[0], patience);
                if (await peer.AskHeaderAsync(0, patience) is not null) return true;
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                await AttackScene.WaitAsync(TimeSpan.FromMilliseconds(100), patience);
            }
        }

        return false;
    }
}
