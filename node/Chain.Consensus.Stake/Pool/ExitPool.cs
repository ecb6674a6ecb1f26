namespace Chain.Consensus.Stake;

/// <summary>
/// Wishes to leave that wait for a block: one for each validator. It takes only exits whose signatures were verified.
/// </summary>
public sealed class ExitPool
{
    private readonly List<SignedVoluntaryExit> _exits = [];

    /// <summary>In the order in which they came.</summary>
    public IReadOnlyList<SignedVoluntaryExit> Exits => _exits;

    /// <summary>
    /// Whether an exit of this validator is held that may be included as early: then this one is worth neither checking nor
    /// relaying.
    /// </summary>
    public bool IsKnown(SignedVoluntaryExit exit)
    {
        ArgumentNullException.ThrowIfNull(exit);
        return _exits.Exists(held => held.ValidatorIndex == exit.ValidatorIndex && held.Epoch <= exit.Epoch);
    }

    /// <summary>Whether an exit of this validator is held.</summary>
    public bool Names(int validator) => _exits.Exists(held => held.ValidatorIndex == validator);

    /// <summary>Takes a verified exit, in place of a later one of the same validator; false when it was known.</summary>
    public bool Add(SignedVoluntaryExit exit)
    {
        if (IsKnown(exit)) return false;
        _exits.RemoveAll(held => held.ValidatorIndex == exit.ValidatorIndex);
        _exits.Add(exit);
        return true;
    }

    /// <summary>
    /// At most MAX_VOLUNTARY_EXITS that process_voluntary_exit accepts on a state to which the block's slashings are applied
    /// already, oldest first.
    /// </summary>
    public IReadOnlyList<SignedVoluntaryExit> Pack(StakeState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. _exits.Where(exit =>
            VoluntaryExits.CheckVoluntaryExit(state, exit) is null).Take((int)state.Settings.MaxVoluntaryExits)];
    }

    /// <summary>Forgets those who leave already in a state that is final.</summary>
    public void Prune(StakeState finalized)
    {
        ArgumentNullException.ThrowIfNull(finalized);
        _exits.RemoveAll(exit =>
            exit.ValidatorIndex < finalized.ValidatorCount && finalized.ExitEpochs[exit.ValidatorIndex] != Epoch.FarFuture);
    }
}
