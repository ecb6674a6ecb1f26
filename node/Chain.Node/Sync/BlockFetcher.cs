using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Fetches single blocks that peers announce by hash: the header, then, unless it is empty, the body. Each peer has a share of
/// the fetches under way. What it announces beyond its share is dropped and does not become known, so that it can be announced
/// again by anyone. Whoever announces what it then does not deliver pays; the next announcer is asked then, and before that where
/// the first is slow. Of those that wait the one with the fewest points comes first, so that many that stall hold up few blocks.
/// </summary>
internal sealed class BlockFetcher(
    NodeLimits limits,
    ConsensusRules rules,
    IHeaderRules headers,
    BlockTree tree,
    BlockImporter importer,
    ChainSync sync,
    PeerSet peers,
    PendingRequests requests,
    Outbox outbox)
{
    private const ulong NearHead = 16;

    // Looked up only, never enumerated.
    private readonly Dictionary<Hash256, Fetch> _underWay = [];
    private readonly Dictionary<PeerId, int> _ofPeer = [];

    // Whom was asked for what, in the order in which that was.
    private readonly Queue<(Hash256 Hash, PeerId Peer, At At)> _asks = new();

    private sealed class Fetch(BlockRef block, PeerId asked)
    {
        public BlockRef Block { get; } = block;

        /// <summary>Who was asked last.</summary>
        public PeerId Asked { get; set; } = asked;

        /// <summary>Whether that one lets us wait.</summary>
        public bool IsSlow { get; set; }

        /// <summary>Who else has announced it and was not asked, in the order in which they did: each peer once.</summary>
        public List<PeerId> Others { get; } = [];
    }

    /// <summary>Blocks being fetched.</summary>
    public int UnderWay => _underWay.Count;

    public void OnAnnounced(Peer peer, IReadOnlyList<BlockRef> blocks, At now)
    {
        // Each lookup may read the store: a message gets as many as there are places to be won by it.
        var lookups = limits.FetchesPerPeer;
        foreach (var block in blocks)
        {
            var here = tree.Find(block.Hash);
            if (here is not null) sync.Hear(peer, block, here.Record);
            if (here is not null || importer.HasJudged(block.Hash) || Join(peer, block, now)) peer.KnownBlocks.Add(block.Hash);
            else if (lookups == 0 || !HasRoom(peer.Id)) continue;
            else LookUp(peer, block, now, ref lookups);
        }
    }

    /// <summary>The block once it is whole; null while its body is under way or when the answer is of no use.</summary>
    public Block? OnHeader(PendingRequest.FetchHeader request, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (headers.Count != 1 || headers[0].Hash != request.Hash)
        {
            PeerOffence offence = headers.Count == 0
                ? new PeerOffence.EmptyPromise($"block {request.Hash}")
                : new PeerOffence.UnexpectedAnswer("another header than was asked for");
            Fail(request.Peer, request.Hash, offence, now);
            return null;
        }

        if (tree.Find(request.Hash) is not null) return null;
        var header = headers[0];
        if (FindFault(header, now) is { } fault)
        {
            // The hash was good: nobody else can have a better header for it.
            End(request.Hash);
            peers.Punish(request.Peer, new PeerOffence.InvalidBlock(new BlockError.Header(fault)));
            return null;
        }

        if (SyncSlot.EmptyBodyOf(header.Header) is { } empty)
        {
            End(request.Hash);
            return new Block(header, empty, ReadOnlyMemory<byte>.Empty);
        }

        var id = requests.Open(new PendingRequest.FetchBody(request.Peer, now, header));
        outbox.Send(request.Peer, new WireMessage.GetBlockBodies(id, [header.Hash]));
        return null;
    }

    public Block? OnBody(PendingRequest.FetchBody request, IReadOnlyList<BlockBody> bodies, At now)
    {
        if (bodies.Count != 1)
        {
            Fail(request.Peer, request.Header.Hash, new PeerOffence.EmptyPromise($"the body of {request.Header}"), now);
            return null;
        }

        if (SealedBlock.FindMismatch(request.Header.Header, bodies[0]) is { } mismatch)
        {
            Fail(request.Peer, request.Header.Hash, new PeerOffence.InvalidBlock(mismatch), now);
            return null;
        }

        End(request.Header.Hash);
        return new Block(request.Header, bodies[0], ReadOnlyMemory<byte>.Empty);
    }

    /// <summary>No answer came in time, or the peer is gone: the next is asked. A time-out has been punished by then.</summary>
    public void OnLost(Hash256 hash, PeerId peer, At now) => GiveUp(hash, peer, now);

    /// <summary>Does not wait for slow peers where another has announced the same.</summary>
    public void OnTick(At now)
    {
        while (_asks.TryPeek(out var ask) && Math.Abs(now.Since(ask.At)) >= limits.SlowAnswerMs)
        {
            _asks.Dequeue();
            if (!_underWay.TryGetValue(ask.Hash, out var fetch) || fetch.Asked != ask.Peer) continue;
            fetch.IsSlow = true;
            TryAskNext(fetch, now);
        }
    }

    private bool HasRoom(PeerId peer) => _underWay.Count < limits.Fetches && HasShare(peer);

    private bool HasShare(PeerId peer) => _ofPeer.GetValueOrDefault(peer) < limits.FetchesPerPeer;

    /// <summary>Whether the block is being fetched already; then this peer may be asked for it too.</summary>
    private bool Join(Peer peer, BlockRef block, At now)
    {
        if (!_underWay.TryGetValue(block.Hash, out var fetch)) return false;
        if (fetch.Asked == peer.Id || fetch.Others.Contains(peer.Id)) return true;
        sync.Hear(peer, block, known: null);
        if (!PeerClaims.IsWorthAsking(peer, block.Hash)) return true;
        fetch.Others.Add(peer.Id);
        if (fetch.IsSlow) TryAskNext(fetch, now);
        return true;
    }

    private void LookUp(Peer peer, BlockRef block, At now, ref int lookups)
    {
        lookups--;
        peer.KnownBlocks.Add(block.Hash);
        if (tree.Contains(block.Hash)) return;
        sync.Hear(peer, block, known: null);
        if (!PeerClaims.IsWorthAsking(peer, block.Hash)) return;
        if (rules.HasSidecar || block.Number > tree.Head.Number + NearHead)
        {
            sync.Follow(peer.Id, block.Hash, now);
            return;
        }

        var fetch = new Fetch(block, peer.Id);
        _underWay.Add(block.Hash, fetch);
        Ask(fetch, now);
    }

    private void Ask(Fetch fetch, At now)
    {
        _ofPeer[fetch.Asked] = _ofPeer.GetValueOrDefault(fetch.Asked) + 1;
        _asks.Enqueue((fetch.Block.Hash, fetch.Asked, now));
        var id = requests.Open(new PendingRequest.FetchHeader(fetch.Asked, now, fetch.Block.Hash));
        outbox.Send(fetch.Asked, new WireMessage.GetBlockHeaders(id, fetch.Block.Hash, 0, 1, 0, Reverse: false));
    }

    /// <summary>What is wrong with a header, as far as can be told before its body is asked for.</summary>
    private HeaderError? FindFault(SealedHeader header, At now)
    {
        if (headers.CheckSeal(header) is { } badSeal) return badSeal;
        if (tree.Find(header.ParentHash) is not { } parent) return null;
        return headers.CheckAgainstParent(header, parent.Header, now) is { } error and not HeaderError.FromTheFuture
            ? error
            : null;
    }

    private void Fail(PeerId peer, Hash256 hash, PeerOffence offence, At now)
    {
        peers.Punish(peer, offence);
        GiveUp(hash, peer, now);
    }

    /// <summary>The peer will not bring it; where another has been asked since, that one may.</summary>
    private void GiveUp(Hash256 hash, PeerId peer, At now)
    {
        if (!_underWay.TryGetValue(hash, out var fetch) || fetch.Asked != peer || TryAskNext(fetch, now)) return;
        End(hash);
    }

    private bool TryAskNext(Fetch fetch, At now)
    {
        var willing = fetch.Others.Select(peers.Find).Where(peer => peer is { IsLeaving: false } && HasShare(peer.Id));
        if (willing.MinBy(peer => peer!.Score) is not { } next) return false;
        fetch.Others.Remove(next.Id);
        Release(fetch.Asked);
        (fetch.Asked, fetch.IsSlow) = (next.Id, false);
        Ask(fetch, now);
        return true;
    }

    private void End(Hash256 hash)
    {
        if (_underWay.Remove(hash, out var fetch)) Release(fetch.Asked);
    }

    private void Release(PeerId peer)
    {
        if ((_ofPeer[peer] = _ofPeer[peer] - 1) == 0) _ofPeer.Remove(peer);
    }
}
