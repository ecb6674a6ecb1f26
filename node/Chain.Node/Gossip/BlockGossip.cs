using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Passes new blocks on: whole to the square root of the peers that lack it, as a hash to the rest, never back to who sent it.
/// Under a rule with sidecars, whole to all. A block that is too long for a message goes as a hash.
/// </summary>
internal sealed class BlockGossip(ConsensusRules rules, PeerSet peers, Outbox outbox)
{
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
