using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>
/// Looks out for another finality than ours: hands votes that are not for our chain to the guard, which alone can prove one. A peer's
/// mere claim costs it where what is final here contradicts it, and is answered with the votes that made ours final: if it was true,
/// the peer has its proof now.
/// </summary>
internal sealed class FinalityWatch(IConsensusHost host, StakeChain chain, Slasher slasher)
{
    private const int ClaimPoints = 5;

    // Asked only, so that nobody makes us send the same votes over and over.
    private readonly BoundedSet<(ConsensusPeer Peer, Checkpoint Ours)> _answered = new(256);

    private FinalityGuard? _guard;

    /// <summary>What was proven; null while all is well.</summary>
    public FinalityConflict? Conflict => _guard?.Conflict;

    private FinalityGuard Guard => _guard ??= new FinalityGuard(
        chain.Store.Finalized, chain.States.BalancesAt(chain.Store.Finalized), chain.Store.CurrentEpoch, slasher, AreApart);

    /// <summary>Verified votes, after the slasher heard them.</summary>
    public void OnVotes(IndexedAttestation votes)
    {
        if (chain.Contains(chain.FindHead(), votes.Data.Target) != true) Guard.OnVote(votes);
    }

    /// <summary>
    /// What a peer says is final for it. Held against it is only what our own finality tells: up to our finalized epoch. Beyond that
    /// our head says nothing, because it may be behind, or on a branch of its own that the peer's finality will take away.
    /// </summary>
    public void OnClaim(ConsensusPeer peer, Checkpoint claimed)
    {
        var (ours, current) = (chain.Store.Finalized, chain.Store.CurrentEpoch);
        if (claimed.Epoch > current)
        {
            host.Punish(peer, ClaimPoints, $"it claims that {claimed} is final; now is {current}");
        }
        else if (claimed.Epoch > ours.Epoch)
        {
            if (chain.Reaches(claimed.Epoch) && chain.Contains(chain.FindHead(), claimed) == false && _answered.Add((peer, ours))) SendProof(peer, claimed.Epoch);
        }
        else if (chain.Contains(ours.Root, claimed) == false)
        {
            host.Punish(peer, ClaimPoints, $"it claims that {claimed} is final, which {ours} excludes");
            SendProof(peer, claimed.Epoch);
        }
    }

    public void OnFinalized(Checkpoint finalized) => Guard.OnFinalized(finalized, chain.States.BalancesAt(finalized));

    public void OnSlot() => Guard.Prune(chain.Store.CurrentEpoch);

    /// <summary>
    /// The votes that finalized our checkpoint of the claimed epoch, or our latest where that is earlier: for the two epochs after it. Nobody sends votes again that blocks
    /// have included, and a node takes no block of a history that its finality excludes: without this, two sides that were
    /// apart could not prove themselves to each other.
    /// </summary>
    private void SendProof(ConsensusPeer peer, Epoch claimed)
    {
        var (ours, head) = (chain.Store.Finalized, chain.FindHead());
        if (ours.Epoch == Epoch.Genesis || claimed == Epoch.Genesis) return;
        var epoch = claimed < ours.Epoch ? claimed : ours.Epoch;
        foreach (var votes in slasher.VotesFor(epoch + 1).Concat(slasher.VotesFor(epoch + 2)))
        {
            if (votes.Data.Source.Epoch <= epoch && chain.Contains(head, votes.Data.Target) == true) host.Send(peer, new StakeMessage.Votes(votes));
        }
    }

    /// <summary>Whether no chain can contain both; null when the blocks do not tell.</summary>
    private bool? AreApart(Checkpoint theirs, Checkpoint ours)
    {
        var (earlier, later) = theirs.Epoch < ours.Epoch ? (theirs, ours) : (ours, theirs);
        return chain.Contains(later.Root, earlier) is { } contains ? !contains : null;
    }
}
