namespace Chain.Consensus.Stake;

/// <summary>
/// Watches for proof that a checkpoint which excludes our finalized one is final for others; why its proof is one stands in
/// docs/consensus/stake.md. It does no more than collect verified votes and weigh them; whoever asks it stops the node.
/// <para>
/// Memory: votes with targets in the eight epochs before the current one, in it and in the next, of validators in our finalized
/// state, of each at most four for one target epoch (a validator that follows the rules signs one), and the states at eight
/// finalized checkpoints, and at two more from before leaks. A restart forgets all but our latest.
/// </para>
/// </summary>
internal sealed class FinalityGuard
{
    /// <summary>Votes are weighed for targets in so many epochs before the current one.</summary>
    public const ulong EpochsKept = 8;

    private const ulong EpochsAhead = 1;
    private const int FinalizedKept = 8;
    private const int BeforeLeaksKept = 2;

    private readonly IFinalityKnowledge _knowledge;
    private readonly FinalityLinks _heard = new();

    // Oldest first.
    private readonly List<(Checkpoint Checkpoint, VotingStake Stake)> _finalized = [];
    private Epoch _current;

    private readonly record struct Weight(Gwei Voted, Gwei Total, Gwei Uncounted);

    /// <param name="finalized">Our finalized checkpoint.</param>
    /// <param name="stake">The stake in its state.</param>
    /// <param name="currentEpoch">The epoch that it is now.</param>
    /// <param name="knowledge">Asked as votes are weighed.</param>
    public FinalityGuard(Checkpoint finalized, VotingStake stake, Epoch currentEpoch, IFinalityKnowledge knowledge)
    {
        _finalized.Add((finalized, stake));
        _current = currentEpoch;
        _knowledge = knowledge;
    }

    /// <summary>What was proven, once it was; it stays.</summary>
    public FinalityConflict? Conflict { get; private set; }

    /// <summary>How many validators any history that can still be proven final has in common with ours: the first ones.</summary>
    public int SharedValidators => _finalized[0].Stake.ValidatorCount;

    /// <summary>
    /// Verified votes whose target is not on our chain (others prove nothing here and only take room), after the slasher heard
    /// them. Answers the conflict when these complete the proof, or there was one before.
    /// </summary>
    public FinalityConflict? OnVote(IndexedAttestation vote)
    {
        ArgumentNullException.ThrowIfNull(vote);
        var (source, target) = (vote.Data.Source, vote.Data.Target);

        if (Conflict is not null || source.Epoch >= target.Epoch || !Weighs(target.Epoch)) return Conflict;
        if (_heard.Add(vote, _finalized[^1].Stake.ValidatorCount) is not { } link) return null;
        return Judge(link) ?? JudgeLinksOver(target.Epoch);
    }

    /// <summary>We finalized a later checkpoint: what conflicts with it may have been proven final before.</summary>
    public FinalityConflict? OnFinalized(Checkpoint finalized, VotingStake stake)
    {
        if (finalized.Epoch <= _finalized[^1].Checkpoint.Epoch) return Conflict;
        _finalized.Add((finalized, stake));
        Trim();
        return Judge();
    }

    /// <summary>Weighs all votes again: to be asked when it became known what nobody could tell before.</summary>
    public FinalityConflict? Judge() => Judge(_heard);

    /// <summary>The links of verified votes that somebody shows together, of whatever epochs.</summary>
    internal FinalityLinks Collect(IEnumerable<IndexedAttestation> votes)
    {
        var links = new FinalityLinks();
        foreach (var vote in votes) links.Add(vote, _finalized[^1].Stake.ValidatorCount);
        return links;
    }

    /// <summary>Weighs links.</summary>
    internal FinalityConflict? Judge(FinalityLinks links)
    {
        foreach (var link in links.All)
        {
            if ((Judge(link) ?? JudgeLeaked(link)) is { } conflict) return conflict;
        }

        return Conflict;
    }

    /// <summary>Links that pass over an epoch for which votes have come.</summary>
    private FinalityConflict? JudgeLinksOver(Epoch epoch)
    {
        foreach (var link in _heard.In(epoch + 1))
        {
            if (link.Source.Epoch + 1 == epoch && Judge(link) is { } conflict) return conflict;
        }

        return null;
    }

    /// <summary>Whether votes with targets in an epoch are weighed: not too far behind, nor more than one ahead.</summary>
    public bool Weighs(Epoch target) => target <= _current + EpochsAhead && target + EpochsKept >= _current;

    /// <summary>Forgets votes for epochs that lie too far behind.</summary>
    public void Prune(Epoch currentEpoch)
    {
        if (currentEpoch <= _current) return;
        _current = currentEpoch;
        _heard.Keep(Weighs);
    }

    /// <summary>
    /// Keeps the latest, and the last ones before finality stood still long enough to leak: there two histories may have parted.
    /// </summary>
    private void Trim()
    {
        for (var i = 0; i < _finalized.Count - FinalizedKept; i++)
        {
            var (one, next) = (_finalized[i], _finalized[i + 1]);
            var isBeforeLeak = next.Checkpoint.Epoch - one.Checkpoint.Epoch > one.Stake.MinEpochsToInactivityPenalty;
            if (!isBeforeLeak) _finalized.RemoveAt(i--);
        }

        if (_finalized.Count > FinalizedKept + BeforeLeaksKept) _finalized.RemoveAt(0);
    }

    private FinalityConflict? Judge(FinalityLink link)
    {
        // All chains share genesis; its checkpoint in votes is a stub.
        if (Conflict is not null || link.Source.Epoch == Epoch.Genesis) return Conflict;
        if (!_finalized.Exists(entry => Weigh(link, entry.Stake) is not null) || !IsKnownConflict(link)) return null;
        foreach (var (at, stake) in _finalized.Skip(FindCommon(link)))
        {
            if (Weigh(link, stake) is { } weight) return Conflict = Conclude(link, at, stake, weight, hasLeaked: false);
        }

        return null;
    }

    /// <summary>
    /// The same by what the leak would have left of the common stake, where at least half of it signed. Costs a transition for
    /// each epoch since, so that it is asked once for each number of voters and each common checkpoint, and not for each vote.
    /// </summary>
    private FinalityConflict? JudgeLeaked(FinalityLink link)
    {
        if (Conflict is not null || link.Source.Epoch == Epoch.Genesis) return Conflict;
        if (!_finalized.Exists(entry => IsHalf(link, entry.Stake)) || !IsKnownConflict(link)) return null;
        var (common, stake) = _finalized[FindCommon(link)];
        if (link.Forecast == (link.Voters.Count, common) || !IsHalf(link, stake)) return null;
        link.Forecast = (link.Voters.Count, common);
        var leaked = stake.IfOnlyTheseVote(link.Voters, link.Target.Epoch);
        return Weigh(link, leaked) is { } weight ? Conflict = Conclude(link, common, leaked, weight, hasLeaked: true) : null;
    }

    private bool IsKnownConflict(FinalityLink link) =>
        _knowledge.IsTraced(link.Source) && IsConflict(link.Source, _finalized[^1].Checkpoint);

    private int FindCommon(FinalityLink link) =>
        Math.Max(0, _finalized.FindLastIndex(entry => IsShared(link.Source, entry.Checkpoint)));

    private static bool IsHalf(FinalityLink link, VotingStake stake) =>
        stake.WeightOf(link.Voters, link.Target.Epoch) * 2 >= stake.TotalIn(link.Target.Epoch);

    private FinalityConflict Conclude(FinalityLink link, Checkpoint weighedAt, VotingStake stake, Weight weight,
        bool hasLeaked) => new(
        _finalized[^1].Checkpoint,
        link.Source,
        link.Target,
        _knowledge.LastShared(link.Source),
        weighedAt,
        hasLeaked,
        [.. link.Voters],
        weight.Voted,
        weight.Total,
        weight.Uncounted,
        [.. link.ToAttestations(), .. FindBetween(link, stake)!.SelectMany(passed => passed.ToAttestations())],
        [.. stake.ActiveIn(link.Target.Epoch).Union(link.Voters).Where(_knowledge.IsGuilty).Order()]);

    /// <summary>What a link weighs if it finalizes its source by this stake; else null.</summary>
    private Weight? Weigh(FinalityLink link, VotingStake stake) =>
        Weigh(link.Voters, link.Target.Epoch, stake) is { } weight && FindBetween(link, stake) is not null ? weight : null;

    /// <summary>
    /// What must have been justified between a link's ends for it to finalize: nothing between neighbours. Null when it is not
    /// known to be.
    /// </summary>
    private IReadOnlyList<FinalityLink>? FindBetween(FinalityLink link, VotingStake stake)
    {
        var span = link.Target.Epoch - link.Source.Epoch;
        if (span == 1) return [];
        if (span > 2) return null;
        foreach (var sameTarget in link.Book.In(link.Source.Epoch + 1).GroupBy(other => other.Target))
        {
            var voters = sameTarget.SelectMany(other => other.Voters).ToHashSet();
            if (Weigh(voters, link.Source.Epoch + 1, stake) is not null && ExcludesOurs(link, sameTarget.Key))
                return [.. sameTarget];
        }

        return null;
    }

    /// <summary>
    /// Whether a link with a checkpoint justified between its ends finalizes its source, or was justified against our finality in
    /// any case.
    /// </summary>
    private bool ExcludesOurs(FinalityLink link, Checkpoint between) =>
        _finalized.Exists(entry => link.Source.Epoch <= entry.Checkpoint.Epoch && entry.Checkpoint.Epoch <= link.Target.Epoch)
        || _knowledge.AreOnOneBranch(link.Source, between, link.Target);

    /// <summary>What voters for a target in an epoch weigh if they are two thirds; else null.</summary>
    private Weight? Weigh(IReadOnlyCollection<int> voters, Epoch epoch, VotingStake stake)
    {
        var newcomers = stake.BalanceOf(stake.NewcomersAmong(voters, epoch));
        var (voted, total) = (stake.WeightOf(voters, epoch) + newcomers, stake.TotalIn(epoch) + newcomers);
        if (voted == Gwei.Zero || voted * 3 < total) return null;
        if (voted * 3 >= total * 2) return new Weight(voted, total, Gwei.Zero);
        var absent = stake.ActiveIn(epoch).Where(validator => !voters.Contains(validator)).ToLookup(_knowledge.IsGuilty);
        var (guilty, leavers) = (absent[true], stake.LeaversAmong(absent[false].Where(_knowledge.IsLeaving), epoch));
        var uncounted = stake.WeightOf(guilty.Concat(leavers), epoch);
        return voted * 3 >= (total - uncounted) * 2 ? new Weight(voted, total, uncounted) : null;
    }

    private bool IsConflict(Checkpoint theirs, Checkpoint ours) =>
        theirs.Epoch == ours.Epoch ? theirs.Root != ours.Root : _knowledge.AreApart(theirs, ours) is true;

    private bool IsShared(Checkpoint theirs, Checkpoint ours) =>
        theirs.Epoch == ours.Epoch ? theirs.Root == ours.Root : _knowledge.AreApart(theirs, ours) is false;
}
