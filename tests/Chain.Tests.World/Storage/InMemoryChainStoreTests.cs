using Chain.Node;

namespace Chain.Tests;

public sealed class InMemoryChainStoreTests : ChainStoreConformance
{
    private InMemoryChainStore? _last;

    protected override IChainStore Open() => _last = _last?.Reopen() ?? new InMemoryChainStore();

    [Theory]
    [InlineData(CrashPoint.BeforeCommit, 6)]
    [InlineData(CrashPoint.AfterCommit, 7)]
    public void A_crash_loses_the_batch_or_keeps_it_whole(CrashPoint point, long kept)
    {
        var script = new StoreScript(1);
        using var expected = new InMemoryChainStore();
        using var store = new InMemoryChainStore(batch => batch == 6 ? point : CrashPoint.None);
        for (var i = 0; i < 6; i++)
        {
            var batch = script.Next();
            store.Commit(batch);
            expected.Commit(batch);
        }

        var last = script.Next();
        if (point == CrashPoint.AfterCommit) expected.Commit(last);

        Assert.Equal(StoreFailure.Crashed, Assert.Throws<StoreException>(() => store.Commit(last)).Failure);
        Assert.Equal(StoreFailure.Crashed, Assert.Throws<StoreException>(() => store.GetHead()).Failure);
        using var reopened = store.Reopen();
        Assert.Equal(kept, reopened.CommittedBatches);
        Assert.Equal(StoreDump.Of(expected, script), StoreDump.Of(reopened, script));
    }
}
