using Chain.Host;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Tests;

public sealed class LocalMinerTests
{
    [Fact]
    public async Task Whoever_gets_a_solution_may_end_the_search()
    {
        var (node, feed) = (new TestNode(), new NodeFeed());
        var submitted = new TaskCompletionSource<string?>();
        LocalMiner? miner = null;
        await using var made = miner = new LocalMiner(feed, (_, _) =>
        {
            // On the search's own thread this would never return: it waits for that thread.
            if (!IsOfSearch) miner!.SetOn(false);
            submitted.TrySetResult(Thread.CurrentThread.Name);
            return Task.CompletedTask;
        }, threads: 1, hashesPerSecondLimit: null);

        miner.SetOn(true);
        feed.Publish(node.View, new NodeEvent.NewWork(new WorkPackage(Hash256.Zero, UInt256.MaxValue, Number: 1)));

        Assert.DoesNotContain("miner", await submitted.Task ?? "", StringComparison.Ordinal);
        Assert.Equal(0, miner.HashesPerSecond);
    }

    private static bool IsOfSearch => Thread.CurrentThread.Name?.StartsWith("miner", StringComparison.Ordinal) == true;
}
