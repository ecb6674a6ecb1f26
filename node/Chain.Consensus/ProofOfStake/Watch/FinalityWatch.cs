
namespace Chain.Consensus;

/// <summary>
/// Looks out for another finality than ours: hands votes that are not for our chain to the guard, which alone can prove one. What a
/// peer merely claims costs it.
/// </summary>
internal sealed class FinalityWatch(IConsensusHost host, StakeChain chain, Slasher slasher)
{
    private const int ClaimPoints = 5;

    private FinalityGuard? _guard;

    /// <summary>What was proven, in plain words; null while all is well.</summary>
    public string? Conflict => _guard?.Conflict?.Message;

    private FinalityGuard Guard => _guard ??= new FinalityGuard(
        chain.Store.Finalized, chain.States.BalancesAt(chain.Store.Finalized), chain.Store.CurrentEpoch, slasher, AreApart);

    /// <summary>Verified votes, after the slasher heard them.</summary>
    public void OnVotes(IndexedAttestation votes)
    {
        if (chain.Contains(chain.FindHead(), votes.Data.Target) != true) Guard.OnVote(votes);
    }

    /// <summary>What a peer says is final for it.</summary>
    public void OnClaim(ConsensusPeer peer, Checkpoint finalized)
    {
        if (chain.Contains(chain.FindHead(), finalized) == false) host.Punish(peer, ClaimPoints, $"it claims that {finalized} is final, which is not on our chain");
    }

    public void OnFinalized(Checkpoint finalized) => Guard.OnFinalized(finalized, chain.States.BalancesAt(finalized));

    public void OnSlot() => Guard.Prune(chain.Store.CurrentEpoch);

    /// <summary>Whether no chain can contain both; null when the blocks do not tell.</summary>
    private bool? AreApart(Checkpoint theirs, Checkpoint ours)
    {
        var (earlier, later) = theirs.Epoch < ours.Epoch ? (theirs, ours) : (ours, theirs);
        return chain.Contains(later.Root, earlier) is { } contains ? !contains : null;
    }
}
