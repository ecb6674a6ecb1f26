using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Fetches single blocks that peers announce by hash: the header, then, unless it is empty, the body.</summary>
internal sealed class BlockFetcher(
    ConsensusRules rules, BlockTree tree, BlockImporter importer, ChainSync sync, PeerSet peers, PendingRequests requests, Outbox outbox)
{
    private const ulong NearHead = 16;

    public void OnAnnounced(Peer peer, BlockRef block, At now)
    {
        peer.KnownBlocks.Add(block.Hash);
        sync.Hear(peer, block, UInt256.Zero);
        if (tree.Contains(block.Hash) || importer.IsOrphan(block.Hash)) return;
        if (rules.HasSidecar || block.Number > tree.Head.Number + NearHead)
        {
            sync.Follow(peer.Id, block.Hash, now);
            return;
        }

        if (requests.Count(request => IsFetching(request, block.Hash)) > 0) return;
        var id = requests.Open(new PendingRequest.FetchHeader(peer.Id, now, block.Hash));
        outbox.Send(peer.Id, new WireMessage.GetBlockHeaders(id, block.Hash, 0, 1, 0, Reverse: false));
    }

    /// <summary>The block once it is whole; null while its body is under way or when the answer is of no use.</summary>
    public Block? OnHeader(PendingRequest.FetchHeader request, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (headers.Count != 1 || headers[0].Hash != request.Hash)
        {
            peers.Punish(request.Peer, headers.Count == 0 ? new PeerOffence.EmptyPromise($"block {request.Hash}") : new PeerOffence.UnexpectedAnswer("another header than was asked for"));
            return null;
        }

        var header = headers[0];
        if (rules.Headers.CheckSeal(header) is { } badSeal)
        {
            peers.Punish(request.Peer, new PeerOffence.InvalidBlock(new BlockError.Header(badSeal)));
            return null;
        }

        if (SyncSlot.EmptyBodyOf(header.Header) is { } empty) return new Block(header, empty, ReadOnlyMemory<byte>.Empty);
        var id = requests.Open(new PendingRequest.FetchBody(request.Peer, now, header));
        outbox.Send(request.Peer, new WireMessage.GetBlockBodies(id, [header.Hash]));
        return null;
    }

    public Block? OnBody(PendingRequest.FetchBody request, IReadOnlyList<BlockBody> bodies)
    {
        if (bodies.Count == 1) return new Block(request.Header, bodies[0], ReadOnlyMemory<byte>.Empty);
        peers.Punish(request.Peer, new PeerOffence.EmptyPromise($"the body of {request.Header}"));
        return null;
    }

    private static bool IsFetching(PendingRequest request, Hash256 hash) =>
        request is PendingRequest.FetchHeader header && header.Hash == hash || request is PendingRequest.FetchBody body && body.Header.Hash == hash;
}
