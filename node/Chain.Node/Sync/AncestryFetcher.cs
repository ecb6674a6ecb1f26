using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Headers downwards from a block that the consensus rule wants to place: asked of one peer after the other until one has them.
/// Each header is bound by the hash in the one above it, so that whoever trusts the block's hash can trust all of them, whoever
/// sent them. The latest are kept for peers who need them too and see nobody else who has them.
/// </summary>
internal sealed class AncestryFetcher(NodeLimits limits, IConsensusAgent agent, PeerSet peers, PendingRequests requests,
    Outbox outbox)
{
    private const int HeadersKept = 4096;
    private const int WalksAtOnce = 16;

    private readonly Queue<Hash256> _order = new();

    // Looked up only, never walked.
    private readonly Dictionary<Hash256, SealedHeader> _headers = [];

    // Who was asked for what, the last one without an answer yet. Looked up only, never walked.
    private readonly Dictionary<Hash256, HashSet<PeerId>> _asked = [];

    // Who gave fewer headers than were asked for, the last time: others come first.
    private PeerId? _stingy;

    /// <summary>A header that was fetched and is still kept.</summary>
    public SealedHeader? Find(Hash256 hash) => _headers.GetValueOrDefault(hash);

    public void Ask(Hash256 from, At now)
    {
        if (_asked.ContainsKey(from)) return;
        if (_asked.Count >= WalksAtOnce)
        {
            agent.OnHeaders(from, [], now);
            return;
        }

        _asked.Add(from, []);
        AskNext(from, now);
    }

    public void OnHeaders(PendingRequest.Ancestry request, IReadOnlyList<SealedHeader> headers, At now)
    {
        var isUsable = headers.Count > 0 && headers.Count <= limits.HeadersPerRequest && headers[0].Hash == request.From
            && SealedHeader.LinkDownwards(headers);
        if (!isUsable)
        {
            // Not to have the block is no fault: nobody promised it.
            if (headers.Count > 0)
                peers.Punish(request.Peer,
                    new PeerOffence.UnexpectedAnswer("headers that do not lead down from the block that was asked for"));
            AskNext(request.From, now);
            return;
        }

        _asked.Remove(request.From);
        _stingy = headers.Count < limits.HeadersPerRequest && headers[^1].Number > 0 ? request.Peer : null;
        foreach (var header in headers) Keep(header);
        agent.OnHeaders(request.From, headers, now);
    }

    /// <summary>A peer gave no answer, or is gone.</summary>
    public void OnLost(PendingRequest.Ancestry request, At now) => AskNext(request.From, now);

    private void Keep(SealedHeader header)
    {
        if (!_headers.TryAdd(header.Hash, header)) return;
        _order.Enqueue(header.Hash);
        if (_order.Count > HeadersKept) _headers.Remove(_order.Dequeue());
    }

    private void AskNext(Hash256 from, At now)
    {
        var asked = _asked[from];
        if (peers.Ready.Where(peer => !asked.Contains(peer.Id))
            .OrderBy(peer => peer.Id == _stingy).FirstOrDefault() is not { } next)
        {
            _asked.Remove(from);
            agent.OnHeaders(from, [], now);
            return;
        }

        asked.Add(next.Id);
        var id = requests.Open(new PendingRequest.Ancestry(next.Id, now, from));
        outbox.Send(next.Id, new WireMessage.GetBlockHeaders(id, from, 0, (ulong)limits.HeadersPerRequest, 0, Reverse: true));
    }
}
