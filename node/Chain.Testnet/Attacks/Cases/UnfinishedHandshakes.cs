using System.Net;
using System.Net.Sockets;
using Chain.Node.Host.Network;

namespace Chain.Testnet;

/// <summary>
/// Two hundred sockets that stop somewhere on the way to being a peer, or become one and do nothing, opened anew when the node closes them.
/// Meanwhile an honest peer dials each second.
/// </summary>
internal static class UnfinishedHandshakes
{
    private const int Sockets = 200;

    private static readonly TimeSpan HonestPatience = TimeSpan.FromSeconds(2);

    public static Attack Attack { get; } = new(20, "unfinished-handshakes", "200 sockets take the places of those who want to be peers",
    [
        Of("silent", "opens a connection and says nothing", Elsewhere, static (_, _) => Task.CompletedTask),
        Of("same-source", "as silent, from the address that the honest come from", static _ => null, static (_, _) => Task.CompletedTask),
        Of("dripping", "sends a byte of the handshake each second", Elsewhere, DripAsync),
        Of("no-hello", "completes the encryption and does not greet", Elsewhere, static (socket, canceled) => socket.EncryptAsync(canceled)),
        Of("no-status", "greets and does not say what chain it is on", Elsewhere, GreetAsync),
        new("idle", "becomes a peer and does nothing more", (scene, _) => Task.FromResult<Func<CancellationToken, Task>>(until => Task.WhenAll(
            HonestAsync(scene, until),
            Task.WhenAll(Enumerable.Range(0, Sockets).Select(i => IdleAsync(scene, i, until)))))),
    ]);

    private static IPAddress? Elsewhere(int index) => AttackScene.Elsewhere(0);

    private static AttackVariation Of(string name, string summary, Func<int, IPAddress?> from, Func<HostileSocket, CancellationToken, Task> advance) =>
        new(name, summary, (scene, _) => Task.FromResult<Func<CancellationToken, Task>>(until => Task.WhenAll(
            HonestAsync(scene, until),
            Task.WhenAll(Enumerable.Range(0, Sockets).Select(i => HoldAsync(scene, from(i), advance, until))))));

    // Keeps one socket open, whatever the node does about it.
    private static async Task HoldAsync(AttackScene scene, IPAddress? from, Func<HostileSocket, CancellationToken, Task> advance, CancellationToken until)
    {
        var target = scene.Network.EnodeOf(scene.Victims[0]);
        while (!until.IsCancellationRequested)
        {
            try
            {
                using var socket = await HostileSocket.OpenAsync(target, from, until);
                await advance(socket, until);
                while (!socket.IsClosed()) await Task.Delay(100, until);
            }
            catch (Exception e) when (e is IOException or SocketException or PeerProtocolException or PeerRefusedException or OperationCanceledException)
            {
                // Closed, refused, or over.
            }

            await AttackScene.WaitAsync(TimeSpan.FromMilliseconds(100), until);
        }
    }

    private static async Task IdleAsync(AttackScene scene, int index, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            try
            {
                var peer = await scene.DialAsync(scene.Victims[0], options => options with { From = Elsewhere(index) }, until);
                while (peer.IsConnected) await Task.Delay(100, until);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // No place, or over.
            }

            await AttackScene.WaitAsync(TimeSpan.FromSeconds(1), until);
        }
    }

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
        await socket.GreetAsync([new Capability(MessageSpace.Eth, 68)], until);
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
        scene.Add(new AttackMark($"honest peers let in within {HonestPatience.TotalSeconds:0} s, of {tries}", share, "%", "at least 99", share >= 99));
    }

    // A node dials again as long as it is refused, sooner than a second later at first; so does this.
    private static async Task<bool> TryAsync(AttackScene scene, CancellationToken patience)
    {
        while (!patience.IsCancellationRequested)
        {
            try
            {
                await using var peer = await scene.DialGuideAsync(scene.Victims[0], patience);
                return true;
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                await AttackScene.WaitAsync(TimeSpan.FromMilliseconds(100), patience);
            }
        }

        return false;
    }
}
