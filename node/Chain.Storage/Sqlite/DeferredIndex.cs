using System.Runtime.InteropServices;

namespace Chain.Storage;

/// <summary>
/// An index whose new entries wait in memory and go to their table later, many at once and in order: hashes arrive in no order,
/// and each on its own would touch a page of its own (measured: 18 µs an entry alone, a quarter of it in order). What waits is
/// found again after a crash from the rows it points to. An entry is the first eight bytes of a key and a place; several keys
/// may share a prefix, so whoever looks up checks what stands at the place.
/// </summary>
/// <param name="table">Its table: (prefix, place).</param>
internal sealed class DeferredIndex(string table)
{
    private volatile IndexView _view = new(new IndexGeneration(), null);

    public string Table => table;

    /// <summary>Takes new entries.</summary>
    public IndexGeneration Current => _view.Current;

    /// <summary>Is being written to the table; null when nothing is.</summary>
    public IndexGeneration? Flushing => _view.Flushing;

    /// <summary>What has not reached the table, to be asked together with it.</summary>
    public IndexView View => _view;

    /// <summary>New entries go to a new generation from now on; the old one can be written.</summary>
    public void BeginFlush() => _view = new IndexView(new IndexGeneration(), _view.Current);

    public void EndFlush() => _view = _view with { Flushing = null };
}

/// <summary>The entries that a reader has to look at beside the table.</summary>
internal sealed record IndexView(IndexGeneration Current, IndexGeneration? Flushing)
{
    public void CopyTo(long prefix, List<long> places)
    {
        Current.CopyTo(prefix, places);
        Flushing?.CopyTo(prefix, places);
    }
}

/// <summary>The four indexes of a store, which go to their tables together.</summary>
internal sealed class DeferredIndexes
{
    private int _flushes;

    public DeferredIndex Nodes { get; } = new("node_index");

    public DeferredIndex Transactions { get; } = new("transaction_index");

    public DeferredIndex Addresses { get; } = new("address_index");

    public DeferredIndex Steps { get; } = new("step_index");

    public DeferredIndex[] All => [Nodes, Transactions, Addresses, Steps];

    /// <summary>Entries that wait in memory.</summary>
    public int Count => All.Sum(index => index.Current.Count + (index.Flushing?.Count ?? 0));

    /// <summary>Changes whenever a flush begins: views from before it lack what is committed after.</summary>
    public int Flushes => Volatile.Read(ref _flushes);

    public IndexViews Views => new(Nodes.View, Transactions.View, Addresses.View, Steps.View);

    public void BeginFlush()
    {
        foreach (var index in All) index.BeginFlush();
        Interlocked.Increment(ref _flushes);
    }

    public void EndFlush()
    {
        foreach (var index in All) index.EndFlush();
    }

    /// <summary>How far each index goes, to be able to take a batch back.</summary>
    public int[] Mark() => [.. All.Select(index => index.Current.Count)];

    public void TakeBackTo(int[] mark)
    {
        for (var i = 0; i < mark.Length; i++) All[i].Current.Truncate(mark[i]);
    }
}

internal readonly record struct IndexViews(IndexView Nodes, IndexView Transactions, IndexView Addresses, IndexView Steps);

/// <summary>Entries in the order in which they came. One thread adds, any thread looks up.</summary>
internal sealed class IndexGeneration
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<long, int> _last = [];

    /// <param name="Before">The entry before it of the same prefix; -1 for none.</param>
    private readonly record struct Entry(long Prefix, long Place, int Before);

    public int Count => _entries.Count;

    public void Add(long prefix, long place)
    {
        lock (_lock)
        {
            ref var last = ref CollectionsMarshal.GetValueRefOrAddDefault(_last, prefix, out var exists);
            _entries.Add(new Entry(prefix, place, exists ? last : -1));
            last = _entries.Count - 1;
        }
    }

    /// <summary>Takes back the entries after the first so many: their batch was not committed.</summary>
    public void Truncate(int count)
    {
        lock (_lock)
        {
            for (var i = _entries.Count - 1; i >= count; i--)
            {
                var entry = _entries[i];
                if (entry.Before >= 0) _last[entry.Prefix] = entry.Before;
                else _last.Remove(entry.Prefix);
            }

            _entries.RemoveRange(count, _entries.Count - count);
        }
    }

    public void CopyTo(long prefix, List<long> places)
    {
        lock (_lock)
        {
            if (!_last.TryGetValue(prefix, out var i)) return;
            for (; i >= 0; i = _entries[i].Before) places.Add(_entries[i].Place);
        }
    }

    /// <summary>All entries by prefix, then by place.</summary>
    public (long Prefix, long Place)[] ToSorted()
    {
        lock (_lock)
        {
            var sorted = new (long, long)[_entries.Count];
            for (var i = 0; i < sorted.Length; i++) sorted[i] = (_entries[i].Prefix, _entries[i].Place);
            Array.Sort(sorted);
            return sorted;
        }
    }
}
