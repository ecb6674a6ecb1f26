using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Chain.Primitives;

namespace Chain.Rpc;

internal enum FilterKind
{
    Logs,
    Blocks,
    PendingTransactions,
}

/// <summary>
/// A filter that a client polls. It holds no results, only how far in the chain log (or the announcements) it has read.
/// </summary>
internal sealed class Filter(FilterKind kind, LogFilter? logs, ulong offset)
{
    public FilterKind Kind => kind;

    public LogFilter? Logs => logs;

    /// <summary>The next entry to report.</summary>
    public ulong Offset { get; set; } = offset;

    /// <summary>Held while it is polled: two polls at once must not report the same entry.</summary>
    public Lock Gate { get; } = new();

    public long PolledAt { get; set; }
}

/// <summary>The filters by id. Bounded; those that nobody polls are forgotten.</summary>
internal sealed class FilterStore(RpcLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Filter> _filters = [];

    public int Count
    {
        get
        {
            lock (_gate) return _filters.Count;
        }
    }

    /// <summary>An id that nobody guesses; null when there are too many filters.</summary>
    public string? Add(Filter filter)
    {
        lock (_gate)
        {
            Forget();
            if (_filters.Count >= limits.Filters) return null;
            var id = NewId();
            filter.PolledAt = time.GetTimestamp();
            _filters.Add(id, filter);
            return id;
        }
    }

    public bool TryGet(string id, [NotNullWhen(true)] out Filter? filter)
    {
        lock (_gate)
        {
            Forget();
            if (!_filters.TryGetValue(id, out filter)) return false;
            filter.PolledAt = time.GetTimestamp();
            return true;
        }
    }

    public bool Remove(string id)
    {
        lock (_gate) return _filters.Remove(id);
    }

    public static string NewId() => Hex.Encode(RandomNumberGenerator.GetBytes(16));

    private void Forget()
    {
        foreach (var (id, filter) in _filters)
        {
            if (time.GetElapsedTime(filter.PolledAt) > limits.FilterLifetime) _filters.Remove(id);
        }
    }
}
