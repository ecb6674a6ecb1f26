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
/// means nothing and to stop is right. Links over more epochs, which finalize only together with others, are not weighed: a chain that
/// goes on soon makes a link between neighbours. Slashed and inactive validators have no weight but count in the total, as in the transition.
/// </para>
/// <para>
/// Two histories that each went on alone until the missing validators' stake had leaked away do not prove themselves to each
/// other: neither has two thirds of the set that both began with.
/// </para>
/// <para>
/// Memory: votes with targets in the eight epochs before the current one, in it and in the next, of validators in our finalized state, of each
/// at most four for one target epoch (a validator that follows the rules signs one), and the weights at four finalized checkpoints.
/// </para>
/// </summary>
public sealed class FinalityGuard
{
    private const ulong EpochsKept = 8;
    private const ulong EpochsAhead = 1;
    private const int FinalizedKept = 4;

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

        // All chains share genesis; its checkpoint in votes is a stub.
        var isFinalizingLink = source.Epoch > Epoch.Genesis && source.Epoch < target.Epoch && target.Epoch - source.Epoch == 1;
        if (Conflict is not null || !isFinalizingLink || !IsNear(target.Epoch)) return Conflict;
        if (!_epochs.TryGetValue(target.Epoch, out var links)) _epochs.Add(target.Epoch, links = new EpochLinks());
        return links.Add(vote, _finalized[^1].Balances.ValidatorCount) is { } link ? Judge(link) : null;
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
        if (Conflict is not null || !IsConflict(link.Source, _finalized[^1].Checkpoint)) return Conflict;
        var (common, balances) = _finalized[Math.Max(0, _finalized.FindLastIndex(entry => !IsConflict(link.Source, entry.Checkpoint)))];
        var voted = Gwei.Zero;
        foreach (var voter in link.Voters) voted += balances.Voting(voter);
        if (voted * 3 < balances.TotalActive * 2) return null;
        var slashable = link.Voters.Where(_slasher.IsOffender).ToList();
        return Conflict = new FinalityConflict(
            _finalized[^1].Checkpoint, link.Source, link.Target, common, [.. link.Voters], voted, balances.TotalActive, link.ToAttestations(), slashable);
    }

    private bool IsConflict(Checkpoint theirs, Checkpoint ours) =>
        theirs.Epoch == ours.Epoch ? theirs.Root != ours.Root : _conflicts(theirs, ours) is true;
}
