using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>Blocks with bodies of 15 MiB that a node can neither place nor refuse by their header: cheap to make, dear to keep.</summary>
internal static class HeavyOrphans
{
    private const int BodyBytes = 15 * 1024 * 1024;
    private const int Burst = 24;

    public static Attack Attack { get; } = new(21, "heavy-orphans", "peers send blocks of 15 MiB whose parent or time is not there yet",
    [
        Of("unmatched", "seals headers at the least difficulty, on parents that nobody has, under a body of other transactions", isMatched: false, OrphanAsync),
        Of("matched", "as unmatched, with the root of that body", isMatched: true, OrphanAsync),
        Of("future", "sends children of the head with times a minute ahead, under a body of other transactions", isMatched: false, FutureAsync),
        Of("future-matched", "as future, with the root of that body", isMatched: true, FutureAsync),
        Of("stake", "as unmatched under proof of stake, where a header has no seal", isMatched: false, OrphanAsync) with
        {
            Terrain = new() { IsStake = true, BlockTime = TimeSpan.FromMilliseconds(500) },
        },
    ]);

    private delegate Task<BlockHeader> HeaderMaker(AttackScene scene, HostilePeer guide, ulong index, CancellationToken cancellation);

    private static AttackVariation Of(string name, string summary, bool isMatched, HeaderMaker make) => new(name, summary, async (scene, cancellation) =>
    {
        var (forgery, isStake) = (scene.Network.Forgery, scene.Terrain.IsStake);
        var body = forgery.HeavyBody(BodyBytes);
        var root = isMatched ? Roots.TransactionsRoot(body.Transactions) : forgery.RandomHash();
        var guide = await scene.DialGuideAsync(0, cancellation);
        return async until =>
        {
            await using var _ = guide;
            await scene.OnEachAsync(perVictim: 3, static options => options, PlayAsync, until);
        };

        async Task PlayAsync(HostilePeer peer, CancellationToken canceled)
        {
            for (ulong index = 0; peer.IsConnected && !canceled.IsCancellationRequested; index++)
            {
                var header = await make(scene, guide, index, canceled) with { TransactionsRoot = root, GasUsed = 21_000 };
                var block = new Block(new SealedHeader(isStake ? header : Forgery.Seal(header)), body, isStake ? new byte[] { 0xc0 } : default);
                if (!await peer.SendAsync(isStake ? new WireMessage.NewBlockWithSidecar(block, UInt256.One) : new WireMessage.NewBlock(block, UInt256.One), canceled)) return;
                if (index >= Burst) await AttackScene.WaitAsync(TimeSpan.FromSeconds(1), canceled);
            }
        }
    });

    private static Task<BlockHeader> OrphanAsync(AttackScene scene, HostilePeer guide, ulong index, CancellationToken cancellation) =>
        Task.FromResult(scene.Network.Forgery.Orphan(scene.Network.Forgery.RandomHash(), 1000 + index));

    private static async Task<BlockHeader> FutureAsync(AttackScene scene, HostilePeer guide, ulong index, CancellationToken cancellation)
    {
        using var client = scene.Network.Rpc(0);
        var number = await client.TryCallAsync("eth_blockNumber", [], cancellation) is { } answer ? Transfers.Quantity(answer) : 0;
        var head = await guide.AskAsync(id => new WireMessage.GetBlockHeaders(id, null, number, 1, 0, Reverse: false), cancellation) is WireMessage.BlockHeaders { Headers: [var found] }
            ? found : scene.Network.Genesis.Header;
        return scene.Network.Forgery.Child(head, Forgery.Now() + 60 + index);
    }
}
