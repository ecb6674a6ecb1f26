namespace Chain.Consensus.Stake;

/// <summary>
/// The weights of a registry at a checkpoint: what the fork choice needs of the specs' checkpoint_states. Immutable.
/// </summary>
public sealed class CheckpointBalances
{
    private readonly Gwei[] _effective;
    private readonly bool[] _isActive;
    private readonly bool[] _isSlashed;

    /// <param name="effectiveBalances">Of every validator.</param>
    /// <param name="isActive">Whether it is active in the checkpoint's epoch.</param>
    /// <param name="isSlashed">Whether it is slashed there.</param>
    /// <param name="totalActive">get_total_active_balance; slashed but active validators count in it.</param>
    public CheckpointBalances(Gwei[] effectiveBalances, bool[] isActive, bool[] isSlashed, Gwei totalActive)
    {
        _effective = effectiveBalances;
        _isActive = isActive;
        _isSlashed = isSlashed;
        TotalActive = totalActive;
    }

    /// <summary>get_total_active_balance.</summary>
    public Gwei TotalActive { get; }

    public int ValidatorCount => _effective.Length;

    /// <summary>The weights of a state in its current epoch.</summary>
    public static CheckpointBalances Of(StakeState state)
    {
        var epoch = state.CurrentEpoch;
        var isActive = new bool[state.ValidatorCount];
        for (var i = 0; i < isActive.Length; i++) isActive[i] = state.IsActive(i, epoch);
        return new CheckpointBalances([.. state.EffectiveBalances], isActive, [.. state.Slashed], state.GetTotalActiveBalance());
    }

    /// <summary>The effective balance, active or not; zero for one that the registry has not.</summary>
    public Gwei Effective(int index) => index < _effective.Length ? _effective[index] : Gwei.Zero;

    /// <summary>The effective balance of an active validator, slashed or not; else zero.</summary>
    public Gwei Active(int index) => index < _effective.Length && _isActive[index] ? _effective[index] : Gwei.Zero;

    /// <summary>The weight of an LMD vote: the effective balance of an active validator that is not slashed; else zero.</summary>
    public Gwei Voting(int index) =>
        index < _effective.Length && _isActive[index] && !_isSlashed[index] ? _effective[index] : Gwei.Zero;
}
