using Chain.Node;

namespace Chain.Bench;

/// <summary>Peers that announce hashes of blocks which do not exist, 256 in a message.</summary>
internal static class BlockHashFlood
{
    private const int PerMessage = 256;
    private const int Burst = 200;

    private const string Summary = "peers announce 200 × 256 hashes of blocks that do not exist, then 256 more each second";

    private static readonly AnswerRule Late = Answers.Slowly(Answers.Empty, Answers.JustInTime);
    private static readonly AttackTerrain Stake = new() { IsStake = true, BlockTime = TimeSpan.FromMilliseconds(500) };

    public static Attack Attack { get; } = new(17, "block-hash-flood", Summary,
    [
        Of("near", "says they are of the next heights and answers no question", near: true, isRepeated: false, Answers.Never),
        Of("far", "says they are of heights far away", near: false, isRepeated: false, Answers.Never),
        Of("repeated", "announces the same 256 each time", near: true, isRepeated: true, Answers.Never),
        Of("empty", "as near, and answers that it has none of them", near: true, isRepeated: false, Answers.Empty),
        Of("late", "as empty, each answer just before the request times out", near: true, isRepeated: false, Late),
        Of("stake", "as near, under proof of stake", near: true, isRepeated: false, Answers.Never) with { Terrain = Stake },
    ]);

    private static AttackVariation Of(string name, string summary, bool near, bool isRepeated, AnswerRule answer) =>
        new(name, summary, (scene, _) => Task.FromResult(Flood(scene, near, isRepeated, answer)));

    private static Func<CancellationToken, Task> Flood(AttackScene scene, bool near, bool isRepeated, AnswerRule answer)
    {
        var forgery = scene.Network.Forgery;
        var same = isRepeated ? Enumerable.Range(0, PerMessage).Select(_ => forgery.RandomHash()).ToList() : null;
        return until => scene.OnEachAsync(perVictim: 1, options => options with { Answer = answer }, PlayAsync, until);

        async Task PlayAsync(HostilePeer peer, CancellationToken canceled)
        {
            var height = near ? await scene.Network.LeastHeightAsync(canceled) + 1 : 1_000_000;
            for (var round = 0; peer.IsConnected && !canceled.IsCancellationRequested; round++)
            {
                var blocks = new BlockRef[PerMessage];
                for (var i = 0; i < blocks.Length; i++)
                {
                    blocks[i] = new BlockRef(height + (ulong)(i % 8), same?[i] ?? forgery.RandomHash());
                }

                if (!await peer.SendAsync(new WireMessage.NewBlockHashes(blocks), canceled)) return;
                if (round >= Burst) await AttackScene.WaitAsync(TimeSpan.FromSeconds(1), canceled);
            }
        }
    }
}
