using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The stake of a finalized state as it votes in that epoch and in later ones: who enters and who leaves by what the state
/// already knows. Any two histories that share the state agree in this; what happened to a validator later, only one of them may
/// know.
/// </summary>
internal sealed class VotingStake
{
    private readonly StakeState _state;
    private readonly Validator[] _validators;
    private readonly ulong _churnLimit;

    // Worked out once: a vote that proves nothing must cost no walk over the registry.
    private readonly Dictionary<Epoch, Gwei> _totals = [];

    private VotingStake(StakeState state)
    {
        _state = state;
        _validators = [.. Enumerable.Range(0, state.ValidatorCount).Select(state.Validator)];
        _churnLimit = state.GetValidatorChurnLimit();
    }

    /// <summary>MIN_EPOCHS_TO_INACTIVITY_PENALTY: finality later than this leaks.</summary>
    public ulong MinEpochsToInactivityPenalty => _state.Settings.MinEpochsToInactivityPenalty;

    public int ValidatorCount => _validators.Length;

    public static VotingStake Of(StakeState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return new VotingStake(state);
    }

    /// <summary>
    /// What the rules make of this stake by an epoch if until then these vote, each time right and in time, and nobody else: the
    /// others leak, and may be ejected. No history in which these voted can have taken more from the others.
    /// </summary>
    public VotingStake IfOnlyTheseVote(IReadOnlyCollection<int> voters, Epoch epoch)
    {
        ArgumentNullException.ThrowIfNull(voters);
        const ParticipationFlags All =
            ParticipationFlags.TimelySource | ParticipationFlags.TimelyTarget | ParticipationFlags.TimelyHead;
        var (state, slots) = (_state.Clone(), _state.Settings.SlotsPerEpoch);
        while (state.CurrentEpoch < epoch)
        {
            for (var i = 0; i < state.ValidatorCount; i++)
                state.CurrentParticipation[i] = voters.Contains(i) ? All : ParticipationFlags.None;
            StakeTransition.ProcessSlots(state, Hash256.Zero, (state.CurrentEpoch + 1).StartSlot(slots));
        }

        return new VotingStake(state);
    }

    /// <summary>Who is active in an epoch, ascending.</summary>
    public IEnumerable<int> ActiveIn(Epoch epoch) =>
        _validators.Where(validator => validator.IsActive(epoch)).Select(validator => validator.Index);

    /// <summary>
    /// Who of these waits in the state to be let in and may have been by an epoch: no more than the churn limit allows till then.
    /// When each is let in depends on finality, so that it differs between two histories.
    /// </summary>
    public IEnumerable<int> NewcomersAmong(IEnumerable<int> voters, Epoch epoch) => epoch <= _state.CurrentEpoch ? [] : voters
        .Where(voter =>
            voter < _validators.Length && _validators[voter] is { Slashed: false } validator
            && validator.ActivationEpoch == Epoch.FarFuture && validator.ExitEpoch == Epoch.FarFuture)
        .Take(ChurnTill(epoch));

    /// <summary>
    /// Who of these may have left by an epoch beside those who leave by what the state knows: no more than the churn limit allows
    /// till then.
    /// </summary>
    public IEnumerable<int> LeaversAmong(IEnumerable<int> leaving, Epoch epoch) =>
        epoch <= _state.CurrentEpoch ? [] : leaving.Take(ChurnTill(epoch));

    /// <summary>What these have as effective balances, active or not.</summary>
    public Gwei BalanceOf(IEnumerable<int> validators) =>
        validators.Aggregate(Gwei.Zero, (sum, validator) => sum + _validators[validator].EffectiveBalance);

    /// <summary>get_total_active_balance in an epoch; slashed but active validators count in it.</summary>
    public Gwei TotalIn(Epoch epoch)
    {
        if (_totals.TryGetValue(epoch, out var total)) return total;
        _totals.Add(epoch, total = BalanceOf(ActiveIn(epoch)));
        return total;
    }

    /// <summary>
    /// What these weigh together as voters for a target in an epoch: the effective balances of those who are active in it and not
    /// slashed.
    /// </summary>
    public Gwei WeightOf(IEnumerable<int> voters, Epoch epoch) =>
        BalanceOf(voters.Where(voter =>
            voter < _validators.Length && _validators[voter] is { Slashed: false } validator && validator.IsActive(epoch)));

    private int ChurnTill(Epoch epoch) => (int)Math.Min(_churnLimit * (epoch - _state.CurrentEpoch), int.MaxValue);
}
