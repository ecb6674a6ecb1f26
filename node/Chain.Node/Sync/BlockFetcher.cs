using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Fetches single blocks that peers announce by hash: the header, then, unless it is empty, the body. Each peer has a share of
/// the fetches under way. What it announces beyond its share is dropped and does not become known, so that it can be announced
/// again by anyone. Whoever announces what it then does not deliver pays, and the next announcer is asked.
/// </summary>
internal sealed class BlockFetcher(
    NodeLimits limits,
    ConsensusRules rules,
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

    private sealed class Fetch(BlockRef block, PeerId asked)
    {
        public BlockRef Block { get; } = block;

        /// <summary>Who is asked now.</summary>
        public PeerId Asked { get; set; } = asked;

        /// <summary>Who else has announced it, in the order in which they did.</summary>
        public Queue<PeerId> Others { get; } = new();
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
            if (here is not null || importer.HasJudged(block.Hash) || Join(peer, block.Hash)) peer.KnownBlocks.Add(block.Hash);
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
    public void OnLost(Hash256 hash, At now) => AskNext(hash, now);

    private bool HasRoom(PeerId peer) =>
        _underWay.Count < limits.Fetches && _ofPeer.GetValueOrDefault(peer) < limits.FetchesPerPeer;

    /// <summary>Whether the block is being fetched already; then this peer may be asked for it too.</summary>
    private bool Join(Peer peer, Hash256 hash)
    {
        if (!_underWay.TryGetValue(hash, out var fetch)) return false;
        if (fetch.Asked != peer.Id && fetch.Others.Count < limits.AnnouncersPerFetch && !fetch.Others.Contains(peer.Id))
        {
            fetch.Others.Enqueue(peer.Id);
        }

        return true;
    }

    private void LookUp(Peer peer, BlockRef block, At now, ref int lookups)
    {
        lookups--;
        peer.KnownBlocks.Add(block.Hash);
        if (tree.Contains(block.Hash)) return;
        sync.Hear(peer, block, known: null);
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
        var id = requests.Open(new PendingRequest.FetchHeader(fetch.Asked, now, fetch.Block.Hash));
        outbox.Send(fetch.Asked, new WireMessage.GetBlockHeaders(id, fetch.Block.Hash, 0, 1, 0, Reverse: false));
    }

    /// <summary>What is wrong with a header, as far as can be told before its body is asked for.</summary>
    private HeaderError? FindFault(SealedHeader header, At now)
    {
        if (rules.Headers.CheckSeal(header) is { } badSeal) return badSeal;
        if (tree.Find(header.ParentHash) is not { } parent) return null;
        return rules.Headers.CheckAgainstParent(header, parent.Header, now) is { } error and not HeaderError.FromTheFuture
            ? error
            : null;
    }

    private void Fail(PeerId peer, Hash256 hash, PeerOffence offence, At now)
    {
        peers.Punish(peer, offence);
        AskNext(hash, now);
    }

    private void AskNext(Hash256 hash, At now)
    {
        if (!_underWay.TryGetValue(hash, out var fetch)) return;
        Release(fetch.Asked);
        while (fetch.Others.TryDequeue(out var next))
        {
            if (peers.Find(next) is null || _ofPeer.GetValueOrDefault(next) >= limits.FetchesPerPeer) continue;
            fetch.Asked = next;
            Ask(fetch, now);
            return;
        }

        _underWay.Remove(hash);
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
