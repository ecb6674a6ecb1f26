using Chain.Node;

namespace Chain.Tests;

/// <summary>The memory that a sync session takes while blocks arrive out of order.</summary>
public sealed class SyncMemoryTests
{
    private const int Blocks = 12;
    private const int BlockBytes = 4 * 100_000;

    [Fact]
    public void Bodies_that_find_no_room_are_asked_for_again_and_the_session_still_ends()
    {
        using var source = new CoreScene();
        var server = source.Connect();
        for (var i = 0; i < Blocks; i++)
        {
            var transfers = Enumerable.Range(0, 4).Select(sender => PoolScene.SignBig(sender, (ulong)i, BlockBytes / 4));
            foreach (var transfer in transfers) Assert.Null(source.Submit(transfer));
            source.Mine();
        }

        var limits = new NodeLimits { BodiesPerRequest = 4, SyncBytes = 5 * BlockBytes };
        using var scene = new CoreScene(limits);
        scene.Pass((int)source.Now.Since(scene.Now));
        var leader = scene.Connect();
        var tip = source.Reads.GetBlock(source.Head.Hash)!;
        var claim = new WireMessage.NewBlock(tip, source.Core.View.HeadTotalDifficulty);
        var asked = new List<WireMessage>(Messages(scene.Send(leader, claim)));
        var (most, questions) = (0L, 0);
        while (asked.Count > 0)
        {
            // The latest question first, so that blocks wait for those before them.
            var question = asked[^1];
            asked.RemoveAt(asked.Count - 1);
            if (question is WireMessage.GetBlockBodies) questions++;
            foreach (var answer in Messages(source.Send(server, question))) asked.AddRange(Messages(scene.Send(leader, answer)));
            most = Math.Max(most, scene.Core.Usage.SyncBytes);
        }

        Assert.Equal(source.Head.Hash, scene.Head.Hash);
        Assert.InRange(most, BlockBytes, limits.SyncBytes);
        Assert.True(questions > Blocks / limits.BodiesPerRequest, $"{questions} questions for bodies");
        Assert.Equal(0, scene.Core.Usage.SyncBytes);
        Assert.Contains(leader, scene.Credited);
    }

    private static IEnumerable<WireMessage> Messages(IEnumerable<(PeerId Peer, WireMessage Message)> sent) =>
        sent.Select(item => item.Message);
}
