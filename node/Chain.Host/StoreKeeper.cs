using Chain.Node;
using Chain.Primitives;
using Chain.Storage;
using Microsoft.Extensions.Logging;

namespace Chain.Host;

/// <summary>
/// Looks after the store beside the imports: moves the write-ahead log into the database, and forgets old states.
/// </summary>
internal sealed class StoreKeeper(IChainStore store, Func<ChainView> view, ulong stateHistoryBlocks, bool archive,
    Action<StoreException> damaged, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private ulong _prunedAt;

    public void Start() => _running = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                store.Maintain(_stopping.Token);
                Prune();
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception e) when ((e as StoreException ?? StoreDamage.Find(store, e)) is { } failure)
        {
            HostLog.MaintenanceFailed(logger, failure.Message);
            if (failure.Failure == StoreFailure.Corrupt) damaged(failure);
        }
    }

    private void Prune()
    {
        var head = view().Head.Number;
        // Each round walks all states that stay, so it waits until there is as much again to forget.
        if (archive || head < _prunedAt + (2 * stateHistoryBlocks)) return;
        // While finality is late, a branch may still grow from what is final.
        var below = Math.Min(head - stateHistoryBlocks, view().Finalized.Number);
        if (below <= _prunedAt) return;
        var removed = store.PruneStates(reader => RootsFrom(reader, below), _stopping.Token);
        _prunedAt = below;
        HostLog.Pruned(logger, removed, below);
    }

    /// <summary>The states that stay: genesis, and every executed block from this height on, on all branches.</summary>
    private static List<Hash256> RootsFrom(IChainReader reader, ulong number)
    {
        var roots = new List<Hash256> { RootOf(reader,
            reader.GetCanonicalHash(0) ?? throw StoreException.Missing("the canonical block 0")) };
        for (; ; number++)
        {
            var records = reader.GetBlocksAt(number);
            if (records.Count == 0) return roots;
            foreach (var record in records.Where(record => record.Status == BlockStatus.Executed))
                roots.Add(RootOf(reader, record.Hash));
        }
    }

    private static Hash256 RootOf(IChainReader reader, Hash256 block) =>
        (reader.GetHeader(block) ?? throw StoreException.Missing($"the header of block {block}")).Header.StateRoot;
}
