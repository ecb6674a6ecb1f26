namespace Chain.Consensus;

/// <summary>
/// Watches for proof that a checkpoint which excludes our finalized one is final for others (DESIGN section 5). It does no more than collect
/// verified votes and weigh them; whoever asks it stops the node.
/// <para>
/// The proof is one finalizing link: votes from a conflicting checkpoint C of epoch e to a checkpoint of epoch e + 1, signed by at
/// least two thirds of our own stake at the last finalized checkpoint that C is not known to conflict with (the oldest kept, if it conflicts with all). That C was justified
/// before is not asked for again, because the same votes say so: whoever follows the rules names as source only what his chain's
/// state has justified, so unless a third of that stake breaks the rules, C was justified and the link finalizes it
/// (the specs' weigh_justification_and_finalization, the 1st and 2nd most recent epochs). And if a third breaks the rules, finality
/// means nothing and to stop is right. Slashed and inactive validators have no weight but count in the total, as in the transition.
/// </para>
/// <para>
/// A link from e to e + 2 finalizes C too, once two thirds also voted for a checkpoint of e + 1 (the rules' other two cases). It is
/// how every epoch becomes final where few more than two thirds vote: their votes are complete only in the next epoch, so
/// there are no other links. That the checkpoint of e + 1 lies on the same branch the votes do not say. So this counts only where we finalized
/// a checkpoint of e to e + 2: then what was justified excludes what is final here, which takes a third of the stake in any case.
/// </para>
/// <para>
/// Two histories that each went on alone until the missing validators' stake had leaked away do not prove themselves to each
/// other: neither has two thirds of the set that both began with. The same holds in part where many left or were slashed on one side only. And
/// a node cannot tell that a checkpoint of an epoch after its own finality excludes it when it has not got that checkpoint's block: then the other
/// side, which has the proof, stops alone.
/// </para>
/// <para>
/// Memory: votes with targets in the eight epochs before the current one, in it and in the next, of validators in our finalized state, of each
/// at most four for one target epoch (a validator that follows the rules signs one), and the weights at eight finalized checkpoints.
/// </para>
/// </summary>
public sealed class FinalityGuard
{
    /// <summary>Votes are weighed for targets in so many epochs before the current one.</summary>
    public const ulong EpochsKept = 8;

    private const ulong EpochsAhead = 1;
    private const int FinalizedKept = 8;

    private readonly Slasher _slasher;
    private readonly Func<Checkpoint, Checkpoint, bool?> _conflicts;
    private readonly SortedDictionary<Epoch, EpochLinks> _epochs = [];

    // Oldest first.
    private readonly List<(Checkpoint Checkpoint, CheckpointBalances Balances)> _finalized = [];
    private Epoch _current;

    /// <param name="finalized">Our finalized checkpoint.</param>
    /// <param name="balances">The weights in its state.</param>
    /// <param name="currentEpoch">The epoch that it is now.</param>
    /// <param name="slasher">Knows who is proven to have signed against himself.</param>
    /// <param name="conflicts">
    /// Whether the first checkpoint and the second, one of our finalized ones, cannot lie on one chain; null when nobody can tell,
    /// because the first one's block is unknown. Not asked about two of one epoch.
    /// </param>
    public FinalityGuard(
        Checkpoint finalized, CheckpointBalances balances, Epoch currentEpoch, Slasher slasher, Func<Checkpoint, Checkpoint, bool?> conflicts)
    {
        _finalized.Add((finalized, balances));
        _current = currentEpoch;
        _slasher = slasher;
        _conflicts = conflicts;
    }

    /// <summary>What was proven, once it was; it stays.</summary>
    public FinalityConflict? Conflict { get; private set; }

    /// <summary>
    /// Verified votes whose target is not on our chain (others prove nothing here and only take room), after the slasher heard them.
    /// Answers the conflict when these complete the proof, or there was one before.
    /// </summary>
    public FinalityConflict? OnVote(IndexedAttestation vote)
    {
        ArgumentNullException.ThrowIfNull(vote);
        var (source, target) = (vote.Data.Source, vote.Data.Target);

        if (Conflict is not null || source.Epoch >= target.Epoch || !IsNear(target.Epoch)) return Conflict;
        if (!_epochs.TryGetValue(target.Epoch, out var links)) _epochs.Add(target.Epoch, links = new EpochLinks());
        if (links.Add(vote, _finalized[^1].Balances.ValidatorCount) is not { } link) return null;
        return Judge(link) ?? JudgeLinksOver(target.Epoch);
    }

    /// <summary>We finalized a later checkpoint: what conflicts with it may have been proven final before.</summary>
    public FinalityConflict? OnFinalized(Checkpoint finalized, CheckpointBalances balances)
    {
        if (finalized.Epoch <= _finalized[^1].Checkpoint.Epoch) return Conflict;
        _finalized.Add((finalized, balances));
        if (_finalized.Count > FinalizedKept) _finalized.RemoveAt(0);
        return Judge();
    }

    /// <summary>Weighs all votes again: to be asked when blocks became known about which nobody could tell before.</summary>
    public FinalityConflict? Judge()
    {
        foreach (var links in _epochs.Values)
        {
            foreach (var link in links.All)
            {
                if (Judge(link) is { } conflict) return conflict;
            }
        }

        return Conflict;
    }

    /// <summary>Links that pass over an epoch for which votes have come.</summary>
    private FinalityConflict? JudgeLinksOver(Epoch epoch)
    {
        if (!_epochs.TryGetValue(epoch + 1, out var later)) return null;
        foreach (var link in later.All)
        {
            if (link.Source.Epoch + 1 == epoch && Judge(link) is { } conflict) return conflict;
        }

        return null;
    }

    /// <summary>Forgets votes for epochs that lie too far behind.</summary>
    public void Prune(Epoch currentEpoch)
    {
        if (currentEpoch <= _current) return;
        _current = currentEpoch;
        foreach (var old in _epochs.Keys.Where(epoch => !IsNear(epoch)).ToList()) _epochs.Remove(old);
    }

    private bool IsNear(Epoch target) => target <= _current + EpochsAhead && target + EpochsKept >= _current;

    private FinalityConflict? Judge(FinalityLink link)
    {
        // All chains share genesis; its checkpoint in votes is a stub.
        if (Conflict is not null || link.Source.Epoch == Epoch.Genesis || !IsConflict(link.Source, _finalized[^1].Checkpoint)) return Conflict;

        // What excludes our latest excludes those from its own epoch on too, even where their blocks are forgotten.
        var (common, balances) = _finalized[Math.Max(0, _finalized.FindLastIndex(entry => entry.Checkpoint.Epoch < link.Source.Epoch && !IsConflict(link.Source, entry.Checkpoint)))];
        var voted = Weigh(link.Voters, balances);
        if (!IsTwoThirds(voted, balances) || FindBetween(link, balances) is not { } between) return null;
        var slashable = link.Voters.Where(_slasher.IsOffender).ToList();
        IReadOnlyList<IndexedAttestation> proof = [.. link.ToAttestations(), .. between.SelectMany(passed => passed.ToAttestations())];
        return Conflict = new FinalityConflict(
            _finalized[^1].Checkpoint, link.Source, link.Target, common, [.. link.Voters], voted, balances.TotalActive, proof, slashable);
    }

    /// <summary>What must have been justified between a link's ends for it to finalize: nothing between neighbours. Null when it is not known to be.</summary>
    private IReadOnlyList<FinalityLink>? FindBetween(FinalityLink link, CheckpointBalances balances)
    {
        var span = link.Target.Epoch - link.Source.Epoch;
        if (span == 1) return [];
        if (span > 2 || !_finalized.Exists(entry => link.Source.Epoch <= entry.Checkpoint.Epoch && entry.Checkpoint.Epoch <= link.Target.Epoch) || !_epochs.TryGetValue(link.Source.Epoch + 1, out var passed)) return null;
        foreach (var sameTarget in passed.All.GroupBy(other => other.Target))
        {
            if (IsTwoThirds(Weigh(sameTarget.SelectMany(other => other.Voters).Distinct(), balances), balances)) return [.. sameTarget];
        }

        return null;
    }

    private static Gwei Weigh(IEnumerable<int> voters, CheckpointBalances balances)
    {
        var weight = Gwei.Zero;
        foreach (var voter in voters) weight += balances.Voting(voter);
        return weight;
    }

    private static bool IsTwoThirds(Gwei weight, CheckpointBalances balances) => weight * 3 >= balances.TotalActive * 2;

    private bool IsConflict(Checkpoint theirs, Checkpoint ours) =>
        theirs.Epoch == ours.Epoch ? theirs.Root != ours.Root : _conflicts(theirs, ours) is true;
}
