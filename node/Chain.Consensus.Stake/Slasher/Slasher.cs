namespace Chain.Consensus.Stake;

/// <summary>
/// Finds slashable offences in what is heard and makes the evidence: double votes, surround votes both
/// ways, and two blocks of one proposer for one slot. It takes only messages whose signatures were verified.
/// <para>
/// Kept are, for each target epoch of the window, every validator's first vote, and for each slot every proposer's first
/// proposal. A surround is looked for in the epochs between a vote's source and target and in those after its target, the epochs
/// passed over at a glance where no vote's source could make one: O(distance) for a message, and nothing to update but the vote's
/// own place, where min-max spans would be written over the distance. Sources may lie before the window, as they do in a long
/// leak.
/// </para>
/// <para>
/// A second vote for a target gives evidence and is not kept; the third and later are dropped. Against one validator, one target
/// epoch of the heard vote gives at most one evidence of a double vote and one of a surround vote, one slot at most one of a
/// double proposal: signing more does not flood anyone. Who has a slashable pair in the window is named at least once.
/// </para>
/// <para>
/// Memory: 81 bytes for each validator and epoch of the window (up to twice that while a column grows) and the data that votes
/// share; for each slot one proposal for each proposer heard.
/// </para>
/// </summary>
public sealed class Slasher
{
    // How far ahead of the current epoch a message may be: the clocks of others.
    private const ulong EpochsAhead = 1;

    private readonly ulong _slotsPerEpoch;
    private readonly List<EpochVotes> _votes = [];
    private readonly List<EpochProposals> _proposals = [];
    private Epoch _current;
    private Epoch _oldest;
    private bool _hasBackwardLinks;

    /// <param name="slotsPerEpoch">SLOTS_PER_EPOCH.</param>
    /// <param name="currentEpoch">The epoch that it is now.</param>
    /// <param name="windowEpochs">How many epochs before the current one are kept:
    /// <see cref="WeakSubjectivity.Period(StakeState)"/>.</param>
    public Slasher(ulong slotsPerEpoch, Epoch currentEpoch, ulong windowEpochs)
    {
        _slotsPerEpoch = slotsPerEpoch;
        _current = currentEpoch;
        _oldest = WindowStart(currentEpoch, windowEpochs);
    }

    /// <summary>The first epoch of the window; what is older is neither kept nor looked at.</summary>
    public Epoch OldestEpoch => _oldest;

    /// <summary>
    /// A vote of one validator or many, signatures verified. Answers the evidence that it completes: none for a vote heard
    /// before, one outside the window or more than an epoch ahead, and one that breaks no rule.
    /// </summary>
    /// <exception cref="ArgumentException">The indices are not ascending: then the vote was not verified.</exception>
    public IReadOnlyList<AttesterSlashing> OnVote(IndexedAttestation vote)
    {
        ArgumentNullException.ThrowIfNull(vote);
        if (!vote.HasSortedUniqueIndices())
            throw new ArgumentException("A vote's validators must be ascending, each once: verify it first.", nameof(vote));
        var data = vote.Data;
        if (!IsInWindow(data.Target.Epoch)) return [];
        var epoch = At(_votes, data.Target.Epoch);
        var rivals = FindRivals(data);
        var evidence = new EvidenceGroups(data);
        for (var i = 0; i < vote.AttestingIndices.Count; i++)
        {
            var (validator, signature) = (vote.AttestingIndices[i], vote.Signatures[i]);
            if (epoch.DataOf(validator) is not { } first)
            {
                epoch.Keep(validator, data, signature);
                _hasBackwardLinks |= data.Source.Epoch > data.Target.Epoch;
            }
            else
            {
                if (first == data || !epoch.TryReport(validator, Offences.DoubleVote)) continue;
                evidence.Add(validator, first, epoch.SignatureOf(validator), signature);
            }

            if (FindSurround(rivals, validator, data) is not { } rival || !epoch.TryReport(validator, Offences.SurroundVote))
                continue;
            evidence.Add(validator, rival.DataOf(validator)!, rival.SignatureOf(validator), signature);
        }

        return evidence.ToSlashings();
    }

    /// <summary>
    /// A proposal, its signature verified and its proposer the slot's. Answers the evidence when it is the second, different one
    /// of its proposer for its slot; else null.
    /// </summary>
    public ProposerSlashing? OnProposal(SignedProposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        var epoch = proposal.Slot.ToEpoch(_slotsPerEpoch);
        return IsInWindow(epoch) ? At(_proposals, epoch).Hear(proposal) : null;
    }

    /// <summary>The first vote heard of a validator for a target epoch; null for none, or outside the window.</summary>
    public AttestationData? VoteOf(int validator, Epoch target) =>
        target >= _oldest && target - _oldest < (ulong)_votes.Count ? _votes[(int)(target - _oldest)].DataOf(validator) : null;

    /// <summary>Whether evidence was given against a validator for votes of the window.</summary>
    public bool IsOffender(int validator) => _votes.Exists(epoch => epoch.IsReported(validator));

    /// <summary>
    /// Moves the window on: epochs more than <paramref name="windowEpochs"/> before the current one are forgotten. A window that
    /// grows keeps what it has; an epoch before the one known changes nothing.
    /// </summary>
    public void Prune(Epoch currentEpoch, ulong windowEpochs)
    {
        if (currentEpoch < _current) return;
        _current = currentEpoch;
        var start = WindowStart(currentEpoch, windowEpochs);
        if (start <= _oldest) return;
        var behind = start - _oldest;
        _votes.RemoveRange(0, (int)Math.Min(behind, (ulong)_votes.Count));
        _proposals.RemoveRange(0, (int)Math.Min(behind, (ulong)_proposals.Count));
        _oldest = start;
    }

    private static Epoch WindowStart(Epoch current, ulong windowEpochs) =>
        new(current.Number - Math.Min(current.Number, windowEpochs));

    private bool IsInWindow(Epoch epoch) => epoch >= _oldest && epoch <= _current + EpochsAhead;

    /// <summary>The place of an epoch of the window, made with those before it when it is the first to be heard of.</summary>
    private T At<T>(List<T> epochs, Epoch epoch)
        where T : new()
    {
        var index = (int)(epoch - _oldest);
        while (epochs.Count <= index) epochs.Add(new T());
        return epochs[index];
    }

    /// <summary>The epochs in which some validator's vote could surround this one or be surrounded by it, ascending.</summary>
    private List<EpochVotes> FindRivals(AttestationData data)
    {
        var rivals = new List<EpochVotes>();
        var (source, target) = (data.Source.Epoch, data.Target.Epoch);

        // What is surrounded has its source after ours, so its target too, unless somebody signed a link that leads backward.
        var from = _hasBackwardLinks || source < _oldest ? 0 : source - _oldest;
        for (var i = from; i < target - _oldest; i++)
        {
            if (_votes[(int)i].LatestSource > source) rivals.Add(_votes[(int)i]);
        }

        for (var i = target - _oldest + 1; i < (ulong)_votes.Count; i++)
        {
            if (_votes[(int)i].EarliestSource < source) rivals.Add(_votes[(int)i]);
        }

        return rivals;
    }

    private static EpochVotes? FindSurround(List<EpochVotes> rivals, int validator, AttestationData data)
    {
        foreach (var rival in rivals)
        {
            if (rival.DataOf(validator) is { } other && (data.Surrounds(other) || other.Surrounds(data))) return rival;
        }

        return null;
    }
}
