namespace Chain.Consensus.Stake;

/// <summary>
/// Evidence that waits for a block. It takes only evidence that was verified, and of it only what names somebody against whom
/// it has none of the kind yet: so at most one proof of each kind for each validator.
/// </summary>
public sealed class SlashingPool
{
    private readonly List<ProposerSlashing> _proposerSlashings = [];
    private readonly List<AttesterSlashing> _attesterSlashings = [];

    // Asked only, never walked.
    private readonly HashSet<int> _proposers = [];
    private readonly HashSet<int> _attesters = [];

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<ProposerSlashing> ProposerSlashings => _proposerSlashings;

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<AttesterSlashing> AttesterSlashings => _attesterSlashings;

    public int Count => _proposerSlashings.Count + _attesterSlashings.Count;

    /// <summary>
    /// Whether its proposer is convicted of a double proposal already: then it is worth neither checking nor relaying.
    /// </summary>
    public bool IsKnown(ProposerSlashing slashing)
    {
        ArgumentNullException.ThrowIfNull(slashing);
        return _proposers.Contains(slashing.Proposal1.ProposerIndex);
    }

    /// <summary>
    /// Whether everybody whom it names is convicted by votes already: then it is worth neither checking nor relaying.
    /// </summary>
    public bool IsKnown(AttesterSlashing slashing)
    {
        ArgumentNullException.ThrowIfNull(slashing);
        var common = slashing.CommonIndices();
        return common.Count > 0 && common.All(_attesters.Contains);
    }

    /// <summary>Whether there is evidence of either kind against a validator.</summary>
    public bool Names(int validator) => _proposers.Contains(validator) || _attesters.Contains(validator);

    /// <summary>Takes verified evidence; false when it was known.</summary>
    public bool Add(ProposerSlashing slashing)
    {
        if (IsKnown(slashing)) return false;
        _proposerSlashings.Add(slashing);
        _proposers.Add(slashing.Proposal1.ProposerIndex);
        return true;
    }

    /// <summary>Takes verified evidence; false when it was known.</summary>
    public bool Add(AttesterSlashing slashing)
    {
        if (IsKnown(slashing)) return false;
        _attesterSlashings.Add(slashing);
        _attesters.UnionWith(slashing.CommonIndices());
        return true;
    }

    /// <summary>
    /// At most MAX_PROPOSER_SLASHINGS that process_proposer_slashing accepts one after the other, oldest first.
    /// </summary>
    public IReadOnlyList<ProposerSlashing> PackProposerSlashings(StakeState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. _proposerSlashings
            .Where(slashing => IsSlashable(state, slashing.Proposal1.ProposerIndex))
            .Take((int)state.Settings.MaxProposerSlashings)];
    }

    /// <summary>
    /// At most MAX_ATTESTER_SLASHINGS that process_attester_slashing accepts one after the other on a state to which the block's
    /// proposer slashings are applied already: each time the one that slashes the most stake that is left, the oldest among
    /// equals.
    /// </summary>
    public IReadOnlyList<AttesterSlashing> PackAttesterSlashings(StakeState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var left = _attesterSlashings.Where(slashing => SlashingProcessing.CheckAttesterSlashing(state, slashing) is null)
            .ToList();
        var chosen = new List<AttesterSlashing>();
        var slashed = new HashSet<int>();
        while ((ulong)chosen.Count < state.Settings.MaxAttesterSlashings && left.Count > 0)
        {
            var best = left.MaxBy(slashing => StakeSlashed(state, slashing, slashed))!;
            if (StakeSlashed(state, best, slashed) == 0) break;
            chosen.Add(best);
            slashed.UnionWith(best.CommonIndices());
            left.Remove(best);
        }

        return chosen;
    }

    /// <summary>Forgets evidence against those only who are slashed or gone in a state that is final.</summary>
    public void Prune(StakeState finalized)
    {
        ArgumentNullException.ThrowIfNull(finalized);
        _proposerSlashings.RemoveAll(slashing => IsOver(finalized, slashing.Proposal1.ProposerIndex));
        _attesterSlashings.RemoveAll(slashing => slashing.CommonIndices().All(index => IsOver(finalized, index)));
        _proposers.Clear();
        _proposers.UnionWith(_proposerSlashings.Select(slashing => slashing.Proposal1.ProposerIndex));
        _attesters.Clear();
        foreach (var slashing in _attesterSlashings) _attesters.UnionWith(slashing.CommonIndices());
    }

    private static ulong StakeSlashed(StakeState state, AttesterSlashing slashing, HashSet<int> slashed)
    {
        ulong sum = 0;
        foreach (var index in slashing.CommonIndices())
        {
            // Even one whose balance is gone counts for something: it is convicted.
            if (IsSlashable(state, index) && !slashed.Contains(index)) sum += 1 + state.EffectiveBalances[index].Amount;
        }

        return sum;
    }

    private static bool IsSlashable(StakeState state, int index) =>
        index < state.ValidatorCount && state.IsSlashable(index, state.CurrentEpoch);

    private static bool IsOver(StakeState state, int index) =>
        index < state.ValidatorCount && (state.Slashed[index] || state.WithdrawableEpochs[index] <= state.CurrentEpoch);
}
