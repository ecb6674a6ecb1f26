namespace Chain.Mining;

/// <summary>
/// One engine on several threads at once, for whoever has a single caller: what takes over from a device. Searches by several
/// callers go one after the other. When cancelled, the nonces tried are not the first of the range, but spread over it.
/// </summary>
/// <param name="engine">A processor engine.</param>
/// <param name="threads">1 or more.</param>
public sealed class ParallelSearcher(INonceSearcher engine, int threads) : INonceSearcher
{
    // Some milliseconds on any processor: the threads end together, and fetching the next part costs nothing beside it.
    private const ulong PartSize = 1 << 14;

    private readonly Lock _lock = new();

    public string Name => engine.Name;

    public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
    {
        lock (_lock)
        {
            var range = new SharedRange(engine, job, firstNonce, count, ct);
            var others = Enumerable.Range(1, threads - 1)
                .Select(_ => new Thread(range.SearchParts) { IsBackground = true, Priority = ThreadPriority.BelowNormal })
                .ToArray();
            foreach (var thread in others) thread.Start();
            range.SearchParts();
            foreach (var thread in others) thread.Join();
            return range.Result();
        }
    }

    /// <summary>A range of which each thread takes the next part until none is left.</summary>
    private sealed class SharedRange(INonceSearcher engine, SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
    {
        private readonly Lock _lock = new();
        private readonly SortedDictionary<ulong, IReadOnlyList<ulong>> _found = [];
        private ulong _taken;
        private ulong _done;

        public void SearchParts()
        {
            while (!ct.IsCancellationRequested && TryTake(out var offset, out var size))
            {
                var result = engine.Search(job, unchecked(firstNonce + offset), size, ct);
                lock (_lock)
                {
                    _done += result.HashesDone;
                    if (result.Nonces.Count > 0) _found.Add(offset, result.Nonces);
                }
            }
        }

        public SearchResult Result() => new(_done, _found.Values.SelectMany(nonces => nonces).ToArray());

        private bool TryTake(out ulong offset, out ulong size)
        {
            lock (_lock)
            {
                (offset, size) = (_taken, Math.Min(PartSize, count - _taken));
                _taken += size;
                return size > 0;
            }
        }
    }
}
