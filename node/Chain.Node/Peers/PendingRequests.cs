using Chain.Primitives;

namespace Chain.Node;

/// <summary>A question to a peer that has not been answered yet.</summary>
internal abstract record PendingRequest(PeerId Peer, At SentAt)
{
    /// <summary>Sync: headers downwards from the leader's head, to find where its chain meets ours.</summary>
    public sealed record SyncTip(PeerId Peer, At SentAt) : PendingRequest(Peer, SentAt);

    /// <summary>Sync: single headers far apart, to find where the chains part.</summary>
    public sealed record SyncProbe(PeerId Peer, At SentAt) : PendingRequest(Peer, SentAt);

    /// <summary>Sync: headers upwards from this height.</summary>
    public sealed record SyncHeaders(PeerId Peer, At SentAt, ulong From, int Count) : PendingRequest(Peer, SentAt);

    public sealed record SyncBodies(PeerId Peer, At SentAt, IReadOnlyList<SyncSlot> Slots) : PendingRequest(Peer, SentAt);

    public sealed record SyncSidecars(PeerId Peer, At SentAt, IReadOnlyList<SyncSlot> Slots) : PendingRequest(Peer, SentAt);

    /// <summary>Headers downwards from a block that the consensus rule wants to place.</summary>
    public sealed record Ancestry(PeerId Peer, At SentAt, Hash256 From) : PendingRequest(Peer, SentAt);

    /// <summary>The header of an announced block.</summary>
    public sealed record FetchHeader(PeerId Peer, At SentAt, Hash256 Hash) : PendingRequest(Peer, SentAt);

    /// <summary>The body of an announced block.</summary>
    public sealed record FetchBody(PeerId Peer, At SentAt, SealedHeader Header) : PendingRequest(Peer, SentAt);

    public sealed record FetchTransactions(PeerId Peer, At SentAt, IReadOnlyList<Hash256> Hashes) : PendingRequest(Peer, SentAt);
}

/// <summary>All questions under way, by the id that the answer will carry.</summary>
internal sealed class PendingRequests(NodeLimits limits)
{
    private readonly SortedDictionary<ulong, PendingRequest> _open = [];
    private ulong _nextId = 1;

    public ulong Open(PendingRequest request)
    {
        _open.Add(_nextId, request);
        return _nextId++;
    }

    /// <summary>The question that this answer belongs to, now closed; null when nothing of the kind was asked of this peer.</summary>
    public PendingRequest? Close(PeerId peer, ulong id)
    {
        if (!_open.TryGetValue(id, out var request) || request.Peer != peer) return null;
        _open.Remove(id);
        return request;
    }

    public int Count(Func<PendingRequest, bool> predicate) => _open.Values.Count(predicate);

    public void RemoveAll(Func<PendingRequest, bool> predicate)
    {
        foreach (var id in _open.Where(item => predicate(item.Value)).Select(item => item.Key).ToList()) _open.Remove(id);
    }

    /// <summary>Takes out what has waited too long, by a clock that may have jumped either way, or belonged to a peer that is gone.</summary>
    public List<PendingRequest> TakeLost(At now, PeerId? gone = null)
    {
        if (_open.Count == 0) return [];
        var lost = _open.Where(item => gone is { } peer ? item.Value.Peer == peer : Math.Abs(now.Since(item.Value.SentAt)) > limits.RequestTimeoutMs).ToList();
        foreach (var (id, _) in lost) _open.Remove(id);
        return [.. lost.Select(item => item.Value)];
    }
}
