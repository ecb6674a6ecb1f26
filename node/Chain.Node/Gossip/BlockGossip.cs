using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Passes new blocks on: whole to the square root of the peers that lack it, as a hash to the rest, never back to who sent it.</summary>
internal sealed class BlockGossip(ConsensusRules rules, PeerSet peers, Outbox outbox)
{
    public void Announce(Block block, UInt256 totalDifficulty)
    {
        var lacking = peers.Ready.Where(peer => !peer.KnownBlocks.Contains(block.Hash)).ToList();
        var whole = (int)Math.Ceiling(Math.Sqrt(lacking.Count));
        for (var i = 0; i < lacking.Count; i++)
        {
            var peer = lacking[i];
            if (rules.HasSidecar)
            {
                if (!peer.Link.CarriesSidecars) continue;
                outbox.Send(peer.Id, new WireMessage.NewBlockWithSidecar(block, totalDifficulty));
            }
            else if (i < whole)
            {
                outbox.Send(peer.Id, new WireMessage.NewBlock(block, totalDifficulty));
            }
            else
            {
                outbox.Send(peer.Id, new WireMessage.NewBlockHashes([new BlockRef(block.Number, block.Hash)]));
            }

            peer.KnownBlocks.Add(block.Hash);
        }
    }
}
