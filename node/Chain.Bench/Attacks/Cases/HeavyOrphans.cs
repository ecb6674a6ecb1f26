using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Bench;

/// <summary>
/// Heavy blocks that a node can neither place nor refuse by their header: cheap to make, dear to keep.
/// </summary>
internal static class HeavyOrphans
{
    // As long as the message of a block may be; longer; as long as a block may be that is kept.
    private const int Heaviest = WireLimits.MaxBlockBytes - (64 * 1024);
    private const int TooHeavy = 15 * 1024 * 1024;
    private const int Kept = 3 * 1024 * 1024;

    private const int Burst = 24;
    private const string Summary = "peers send heavy blocks whose parent or time is not there yet";
    private const string Light = "seals headers at the least difficulty, on unknown parents, over a body of other contents";
    private const string Early = "sends children of the head with times a minute ahead, over a body of other contents";

    private static readonly AttackTerrain Stake = new() { IsStake = true, BlockTime = TimeSpan.FromMilliseconds(500) };

    public static Attack Attack { get; } = new(21, "heavy-orphans", Summary,
    [
        Of("unmatched", Light, isMatched: false, OrphanAsync),
        Of("matched", "as unmatched, with the root of that body", isMatched: true, OrphanAsync),
        Of("future", Early, isMatched: false, FutureAsync),
        Of("future-matched", "as future, with the root of that body", isMatched: true, FutureAsync),
        Of("kept", "as matched, each light enough to be kept", isMatched: true, OrphanAsync, Kept),
        Of("too-heavy", "as matched, longer than a message may be", isMatched: true, OrphanAsync, TooHeavy) with { Costs = true },
        Of("stake", "as unmatched, under proof of stake: nothing to seal", isMatched: false, OrphanAsync) with
        {
            Terrain = Stake,
        },
    ]);

    private delegate Task<BlockHeader> HeaderMaker(AttackScene scene, HostilePeer guide, ulong index, CancellationToken canceled);

    private static AttackVariation Of(string name, string summary, bool isMatched, HeaderMaker make, int bytes = Heaviest) =>
        new(name, summary, (scene, cancellation) => PlanAsync(scene, isMatched, make, bytes, cancellation));

    private static async Task<Func<CancellationToken, Task>> PlanAsync(
        AttackScene scene, bool isMatched, HeaderMaker make, int bytes, CancellationToken cancellation)
    {
        var forgery = scene.Network.Forgery;
        var body = forgery.HeavyBody(bytes);
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
                if (!await peer.SendAsync(Message(header, body, scene.Terrain.IsStake), canceled)) return;
                if (index >= Burst) await AttackScene.WaitAsync(TimeSpan.FromSeconds(1), canceled);
            }
        }
    }

    private static WireMessage Message(BlockHeader header, BlockBody body, bool isStake) => isStake
        ? new WireMessage.NewBlockWithSidecar(new Block(new SealedHeader(header), body, new byte[] { 0xc0 }), UInt256.One)
        : new WireMessage.NewBlock(new Block(new SealedHeader(Forgery.Seal(header)), body, default), UInt256.One);

    private static Task<BlockHeader> OrphanAsync(AttackScene scene, HostilePeer guide, ulong index, CancellationToken canceled) =>
        Task.FromResult(scene.Network.Forgery.Orphan(scene.Network.Forgery.RandomHash(), 1000 + index));

    private static async Task<BlockHeader> FutureAsync(
        AttackScene scene, HostilePeer guide, ulong index, CancellationToken canceled)
    {
        var number = await scene.Network.HeightAsync(0, canceled) ?? 0;
        var head = await guide.AskHeaderAsync(number, canceled) ?? scene.Network.Genesis.Header;
        return scene.Network.Forgery.Child(head, Forgery.Now() + 60 + index);
    }
}
