using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Where blocks of peers and of this node go in: each is imported, passed on where it is new, and held against its sender where
/// it breaks a rule, also when that shows later because it had to wait.
/// </summary>
internal sealed class BlockDesk(
    NodeLimits limits, ConsensusRules rules, BlockTree tree, BlockImporter importer, PeerSet peers, PeerClaims claims,
    ChainSync sync, IConsensusAgent agent, Outbox outbox)
{
    private readonly BlockGossip _gossip = new(limits, rules, peers, outbox);

    // The last head that peers were told of, or could ask for in the greeting.
    private Hash256 _shared = tree.Head.Hash;

    /// <summary>A new block with what its sender says that it weighs.</summary>
    public void OnNewBlock(Peer peer, Block block, UInt256 totalDifficulty, At now)
    {
        var head = new BlockRef(block.Number, block.Hash);
        var known = tree.Find(block.Hash)?.Record;
        claims.Hear(peer, head, totalDifficulty, known);
        Take(peer, block, now);
        if (known is null && tree.Find(block.Hash) is { } added) claims.Check(peer, head, totalDifficulty, added.Record);
    }

    public void Take(Peer peer, Block block, At now)
    {
        peer.KnownBlocks.Add(block.Hash);
        if (peer.CutOff.Contains(block.Header.ParentHash))
        {
            peer.CutOff.Add(block.Hash);
            return;
        }

        if (!importer.IsWorthTaking(block, now))
        {
            peers.ChargeForUseless(peer, block);
            return;
        }

        switch (importer.Import(block, peer.Id, now))
        {
            case ImportResult.Added added:
                Announce(block, added.Entry);
                break;
            case ImportResult.Orphan { IsPlausible: true }:
                sync.Follow(peer.Id, block.Hash, now);
                break;
            case ImportResult.Orphan:
                peers.ChargeForUseless(peer, block);
                break;
            case ImportResult.Refused refused:
                Blame(peer, block, refused.Error);
                break;
        }
    }

    /// <summary>A block that was made here; false when it is not taken.</summary>
    public bool TakeOwn(Block block, At now)
    {
        if (importer.Import(block, null, now) is not ImportResult.Added added) return false;
        Announce(block, added.Entry);
        return true;
    }

    /// <summary>Blocks that waited are of those who sent them, whoever brought what they waited for.</summary>
    public void SettleWaited()
    {
        foreach (var (block, from, result) in importer.TakeWaited())
        {
            // What became final while it waited is not its sender's fault.
            if (result is ImportResult.Refused { Error: { IsBelowFinality: false } error } && peers.Find(from) is { } peer)
                Blame(peer, block, error);
        }
    }

    /// <summary>
    /// Passes on a head that came in another way than by a peer's announcement: it was fetched, imported from a file, or had to
    /// wait. A peer may have no other neighbor. Not while sync goes on, since the head will not stay.
    /// </summary>
    public void ShareHead()
    {
        if (tree.Head.Hash == _shared || sync.IsRunning) return;
        _shared = tree.Head.Hash;
        Announce(importer.BlockOf(tree.Head), tree.Head);
    }

    /// <summary>Tells again of a head that stands.</summary>
    public void OnTick(At now) => _gossip.OnTick(tree.Head.Header, now);

    private void Announce(Block block, BlockEntry entry)
    {
        if (agent.IsWorthRelaying(block)) _gossip.Announce(block, entry.TotalDifficulty);
    }

    private void Blame(Peer peer, Block block, BlockError error)
    {
        if (error.IsBelowFinality) peer.CutOff.Add(block.Hash);
        peers.Punish(peer.Id, new PeerOffence.InvalidBlock(error));
    }
}
