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

/// <summary>
/// All questions under way, by the id that the answer will carry, and how many there are of each kind and to each peer. Whoever
/// opens them bounds them: nothing here is counted by going through what is open.
/// </summary>
internal sealed class PendingRequests(NodeLimits limits)
{
    private readonly SortedDictionary<ulong, PendingRequest> _open = [];

    // Looked up only, never enumerated.
    private readonly Dictionary<Type, int> _byKind = [];
    private readonly Dictionary<(PeerId Peer, Type Kind), int> _byPeer = [];
    private ulong _nextId = 1;

    /// <summary>All that are open.</summary>
    public int Total => _open.Count;

    public ulong Open(PendingRequest request)
    {
        _open.Add(_nextId, request);
        Adjust(request, 1);
        return _nextId++;
    }

    /// <summary>
    /// The question that this answer belongs to, now closed; null when nothing of the kind was asked of this peer.
    /// </summary>
    public PendingRequest? Close(PeerId peer, ulong id)
    {
        if (!_open.TryGetValue(id, out var request) || request.Peer != peer) return null;
        Remove(id, request);
        return request;
    }

    /// <summary>How many of a kind are open.</summary>
    public int Count<T>()
        where T : PendingRequest => _byKind.GetValueOrDefault(typeof(T));

    /// <summary>How many of a kind are open to this peer.</summary>
    public int Count<T>(PeerId peer)
        where T : PendingRequest => _byPeer.GetValueOrDefault((peer, typeof(T)));

    public void RemoveAll(Func<PendingRequest, bool> predicate)
    {
        foreach (var (id, request) in _open.Where(item => predicate(item.Value)).ToList()) Remove(id, request);
    }

    /// <summary>
    /// Takes out what has waited too long, by a clock that may have jumped either way, or belonged to a peer that is gone.
    /// </summary>
    public List<PendingRequest> TakeLost(At now, PeerId? gone = null)
    {
        if (_open.Count == 0) return [];
        var lost = _open.Where(item =>
            gone is { } peer
            ? item.Value.Peer == peer
            : Math.Abs(now.Since(item.Value.SentAt)) > limits.RequestTimeoutMs).ToList();
        foreach (var (id, request) in lost) Remove(id, request);
        return [.. lost.Select(item => item.Value)];
    }

    private void Remove(ulong id, PendingRequest request)
    {
        _open.Remove(id);
        Adjust(request, -1);
    }

    private void Adjust(PendingRequest request, int change)
    {
        var (kind, place) = (request.GetType(), (request.Peer, request.GetType()));
        if ((_byKind[kind] = _byKind.GetValueOrDefault(kind) + change) == 0) _byKind.Remove(kind);
        if ((_byPeer[place] = _byPeer.GetValueOrDefault(place) + change) == 0) _byPeer.Remove(place);
    }
}
