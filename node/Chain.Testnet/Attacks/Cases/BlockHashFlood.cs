using Chain.Node;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>Peers that announce hashes of blocks which do not exist, 256 in a message.</summary>
internal static class BlockHashFlood
{
    private const int PerMessage = 256;
    private const int Burst = 200;

    public static Attack Attack { get; } = new(17, "block-hash-flood", "peers announce 200 × 256 hashes of blocks that do not exist, then 256 more each second",
    [
        Of("near", "says they are of the next heights and answers no question", near: true, isRepeated: false, Answers.Never),
        Of("far", "says they are of heights far away", near: false, isRepeated: false, Answers.Never),
        Of("repeated", "announces the same 256 each time", near: true, isRepeated: true, Answers.Never),
        Of("empty", "as near, and answers that it has none of them", near: true, isRepeated: false, Answers.Empty),
        Of("late", "as empty, each answer just before the request times out", near: true, isRepeated: false, Answers.Slowly(Answers.Empty, Answers.JustInTime)),
        Of("stake", "as near, under proof of stake", near: true, isRepeated: false, Answers.Never) with
        {
            Terrain = new() { IsStake = true, BlockTime = TimeSpan.FromMilliseconds(500) },
        },
    ]);

    private static AttackVariation Of(string name, string summary, bool near, bool isRepeated, AnswerRule answer) => new(name, summary, (scene, _) =>
    {
        var forgery = scene.Network.Forgery;
        var same = isRepeated ? Enumerable.Range(0, PerMessage).Select(_ => forgery.RandomHash()).ToList() : null;
        return Task.FromResult<Func<CancellationToken, Task>>(until => scene.OnEachAsync(
            perVictim: 1,
            options => options with { Answer = answer },
            async (peer, canceled) =>
            {
                var height = near ? await scene.Network.LeastHeightAsync(canceled) + 1 : 1_000_000;
                for (var round = 0; peer.IsConnected && !canceled.IsCancellationRequested; round++)
                {
                    var blocks = Enumerable.Range(0, PerMessage).Select(i => new BlockRef(height + (ulong)(i % 8), same?[i] ?? forgery.RandomHash())).ToList();
                    if (!await peer.SendAsync(new WireMessage.NewBlockHashes(blocks), canceled)) return;
                    if (round >= Burst) await AttackScene.WaitAsync(TimeSpan.FromSeconds(1), canceled);
                }
            },
            until));
    });
}
