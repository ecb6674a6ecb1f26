using Chain.Node;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>Peers that ask for heavy blocks again and again and take none of the answers off their connections.</summary>
internal static class DeafPeers
{
    private const int MostHashes = 256;

    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(100);

    /// <summary>They do nothing else.</summary>
    public static async Task<Func<CancellationToken, Task>> IdleAsync(AttackScene scene, CancellationToken cancellation)
    {
        var blocks = await HeavyBlocks.OfLongAsync(scene, cancellation);
        return Play(scene, blocks, static (_, _) => Task.CompletedTask);
    }

    /// <summary>Each first earns its place.</summary>
    public static async Task<Func<CancellationToken, Task>> UsefulAsync(AttackScene scene, CancellationToken cancellation)
    {
        var blocks = await HeavyBlocks.OfLongAsync(scene, cancellation);
        return Play(scene, blocks, new Deliveries(scene).DeliverAsync);
    }

    /// <summary>As above, for blocks that the node no longer holds in memory.</summary>
    public static async Task<Func<CancellationToken, Task>> PlainAsync(AttackScene scene, CancellationToken cancellation)
    {
        var blocks = await HeavyBlocks.OfPlainAsync(scene, cancellation);
        await scene.Network.RestartAsync(scene.Victims[0], cancellation);
        return Play(scene, [.. Enumerable.Repeat(blocks[0], MostHashes)], new Deliveries(scene).DeliverAsync);
    }

    private static Func<CancellationToken, Task> Play(
        AttackScene scene, IReadOnlyList<Hash256> blocks, HostilePlay earn) =>
        UnfinishedHandshakes.Play(scene, (_, index, until) => AskAsync(scene, index, blocks, earn, until));

    private static async Task AskAsync(
        AttackScene scene, int index, IReadOnlyList<Hash256> blocks, HostilePlay earn, CancellationToken until)
    {
        while (!until.IsCancellationRequested)
        {
            try
            {
                var peer = await scene.DialAsync(scene.Victims[0],
                    options => options with { From = UnfinishedHandshakes.Scattered(index), IsDeaf = true }, until);
                await earn(peer, until);
                for (ulong id = 1; await peer.SendAsync(new WireMessage.GetBlockBodies(id, blocks), until); id++)
                    await AttackScene.WaitAsync(BetweenQuestions, until);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // No place, or over.
            }

            await AttackScene.WaitAsync(UnfinishedHandshakes.Reopening, until);
        }
    }

    /// <summary>Transfers of one account, one after the other: a gap between two would make all that follow useless.</summary>
    private sealed class Deliveries(AttackScene scene)
    {
        private static readonly PrivateKey Key = DevelopmentAccounts.Keys[7];

        private static readonly SemaphoreSlim Turn = new(1, 1);

        public async Task DeliverAsync(HostilePeer peer, CancellationToken until)
        {
            await Turn.WaitAsync(until);
            try
            {
                using var node = scene.Network.Rpc(scene.Victims[0]);
                var nonce = await PlainTransfers.NextNonceAsync(node, Key.Address, until);
                var transfer = PlainTransfers.Sign(Key, PlainTransfers.Unsigned(nonce, Key.Address, 1));
                if (!await peer.SendAsync(new WireMessage.Transactions([transfer]), until)) return;
                while (peer.IsConnected && !await PlainTransfers.IsKnownAsync(node, transfer.Hash, until))
                    await Task.Delay(20, until);
            }
            finally
            {
                Turn.Release();
            }
        }
    }
}
