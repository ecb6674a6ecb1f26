using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Passes new blocks on: whole to the square root of the peers that lack it, as a hash to the rest, never back to who sent it.
/// Under a rule with sidecars, whole to all. A block that is too long for a message goes as a hash. A head that stands is
/// announced again: where few may make the next block, the chain could wait for one of them that never got this one.
/// </summary>
internal sealed class BlockGossip(NodeLimits limits, ConsensusRules rules, PeerSet peers, Outbox outbox)
{
    private Hash256 _head;
    private At _toldAt;
    private long _waitMs;

    /// <summary>
    /// Announces a head that has stood for half a minute, and every minute from then on, also to peers that were told of it: the
    /// message may have been lost. Peers that said themselves that it is theirs are left out.
    /// </summary>
    public void OnTick(SealedHeader head, At now)
    {
        if (_head != head.Hash)
        {
            (_head, _toldAt, _waitMs) = (head.Hash, now, limits.ReofferMs / 2);
            return;
        }

        // The clock may have jumped either way.
        if (Math.Abs(now.Since(_toldAt)) < _waitMs || head.Number == 0) return;
        (_toldAt, _waitMs) = (now, limits.ReofferMs);
        foreach (var peer in peers.Ready.Where(peer => peer.Head?.Hash != head.Hash))
        {
            outbox.Send(peer.Id, new WireMessage.NewBlockHashes([new BlockRef(head.Number, head.Hash)]));
            peer.KnownBlocks.Add(head.Hash);
        }
    }

    public void Announce(Block block, UInt256 totalDifficulty)
    {
        var lacking = peers.Ready.Where(peer => !peer.KnownBlocks.Contains(block.Hash)).ToList();
        var whole = BlockSize.Encoded(block) > WireLimits.MaxBlockBytes ? 0
            : rules.HasSidecar ? lacking.Count
            : (int)Math.Ceiling(Math.Sqrt(lacking.Count));
        for (var i = 0; i < lacking.Count; i++)
        {
            var peer = lacking[i];
            if (rules.HasSidecar && !peer.Link.SpeaksRule) continue;
            outbox.Send(peer.Id, i < whole ? Whole(block, totalDifficulty) : Hash(block));
            peer.KnownBlocks.Add(block.Hash);
        }
    }

    private static WireMessage.NewBlockHashes Hash(Block block) => new([new BlockRef(block.Number, block.Hash)]);

    private WireMessage Whole(Block block, UInt256 weight) =>
        rules.HasSidecar ? new WireMessage.NewBlockWithSidecar(block, weight) : new WireMessage.NewBlock(block, weight);
}
