using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The stake after a block (consensus-specs: the parts of Capella's BeaconState that are kept). The registry is held in columns,
/// one array for each field, because the epoch transition reads it so. A transition works on its own copy
/// (<see cref="Clone"/>); outside of one, nobody changes a state. It never contains its own block's hash.
/// </summary>
public sealed class StakeState
{
    private StakeState(ProofOfStakeSettings settings) => Settings = settings;

    public ProofOfStakeSettings Settings { get; }

    /// <summary>The slot that was processed last; an epoch transition has been applied when its first slot is reached.</summary>
    public Slot Slot { get; internal set; }

    /// <summary>The slot of the latest block (latest_block_header.slot).</summary>
    public Slot LatestBlockSlot { get; internal set; }

    public Checkpoint PreviousJustified { get; internal set; }

    public Checkpoint CurrentJustified { get; internal set; }

    public Checkpoint Finalized { get; internal set; }

    /// <summary>Bit 0: the current epoch is justified; bits 1 to 3: the epochs before it.</summary>
    public byte JustificationBits { get; internal set; }

    public ulong NextWithdrawalIndex { get; internal set; }

    public int NextWithdrawalValidatorIndex { get; internal set; }

    /// <summary>get_current_epoch.</summary>
    public Epoch CurrentEpoch => Slot.ToEpoch(Settings.SlotsPerEpoch);

    /// <summary>get_previous_epoch.</summary>
    public Epoch PreviousEpoch => CurrentEpoch.Previous;

    public int ValidatorCount => Identities.Length;

    // The registry's columns, all of one length.
    internal ValidatorIdentity[] Identities { get; set; } = [];

    internal Gwei[] Balances { get; set; } = [];

    internal Gwei[] EffectiveBalances { get; set; } = [];

    internal bool[] Slashed { get; set; } = [];

    internal Epoch[] ActivationEligibilityEpochs { get; set; } = [];

    internal Epoch[] ActivationEpochs { get; set; } = [];

    internal Epoch[] ExitEpochs { get; set; } = [];

    internal Epoch[] WithdrawableEpochs { get; set; } = [];

    internal ParticipationFlags[] PreviousParticipation { get; set; } = [];

    internal ParticipationFlags[] CurrentParticipation { get; set; } = [];

    internal ulong[] InactivityScores { get; set; } = [];

    // Rings, indexed by slot or epoch modulo their length.
    internal Hash256[] BlockRoots { get; private init; } = [];

    internal Hash256[] RandaoMixes { get; private init; } = [];

    internal Gwei[] Slashings { get; private init; } = [];

    /// <summary>Shufflings and proposers worked out so far; shared between copies until an epoch passes.</summary>
    public CommitteeCache Committees { get; set; } = new();

    /// <summary>A state without validators at slot zero.</summary>
    public static StakeState Empty(ProofOfStakeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new StakeState(settings)
        {
            BlockRoots = new Hash256[settings.SlotsPerHistoricalRoot],
            RandaoMixes = new Hash256[settings.EpochsPerHistoricalVector],
            Slashings = new Gwei[settings.EpochsPerSlashingsVector],
        };
    }

    /// <summary>A copy to work on. Identities are immutable and shared.</summary>
    public StakeState Clone() => new(Settings)
    {
        Slot = Slot,
        LatestBlockSlot = LatestBlockSlot,
        PreviousJustified = PreviousJustified,
        CurrentJustified = CurrentJustified,
        Finalized = Finalized,
        JustificationBits = JustificationBits,
        NextWithdrawalIndex = NextWithdrawalIndex,
        NextWithdrawalValidatorIndex = NextWithdrawalValidatorIndex,
        Identities = [.. Identities],
        Balances = [.. Balances],
        EffectiveBalances = [.. EffectiveBalances],
        Slashed = [.. Slashed],
        ActivationEligibilityEpochs = [.. ActivationEligibilityEpochs],
        ActivationEpochs = [.. ActivationEpochs],
        ExitEpochs = [.. ExitEpochs],
        WithdrawableEpochs = [.. WithdrawableEpochs],
        PreviousParticipation = [.. PreviousParticipation],
        CurrentParticipation = [.. CurrentParticipation],
        InactivityScores = [.. InactivityScores],
        BlockRoots = [.. BlockRoots],
        RandaoMixes = [.. RandaoMixes],
        Slashings = [.. Slashings],
        Committees = Committees,
    };

    /// <summary>The validator at an index below <see cref="ValidatorCount"/>, for reading.</summary>
    public Validator Validator(int index) => new(
        index,
        Identities[index],
        Balances[index],
        EffectiveBalances[index],
        Slashed[index],
        ActivationEligibilityEpochs[index],
        ActivationEpochs[index],
        ExitEpochs[index],
        WithdrawableEpochs[index]);

    /// <summary>The index of the validator with this key; null for none.</summary>
    public int? IndexOf(ValidatorKey key)
    {
        var index = Array.FindIndex(Identities, identity => identity.Key.Equals(key));
        return index < 0 ? null : index;
    }

    /// <summary>add_validator_to_registry: a new validator that waits for its activation.</summary>
    internal void AddValidator(ValidatorIdentity identity, Gwei balance) => AddValidators([identity], [balance]);

    /// <summary>Several at once, each with its balance.</summary>
    internal void AddValidators(ReadOnlySpan<ValidatorIdentity> identities, ReadOnlySpan<Gwei> balances)
    {
        var effective = new Gwei[balances.Length];
        for (var i = 0; i < effective.Length; i++)
        {
            var increments = balances[i].Amount / Settings.EffectiveBalanceIncrement;
            effective[i] =
                Gwei.Min(new Gwei(increments * Settings.EffectiveBalanceIncrement), new Gwei(Settings.MaxEffectiveBalance));
        }

        Identities = [.. Identities, .. identities];
        Balances = [.. Balances, .. balances];
        EffectiveBalances = [.. EffectiveBalances, .. effective];
        Slashed = Longer(Slashed, false);
        ActivationEligibilityEpochs = Longer(ActivationEligibilityEpochs, Epoch.FarFuture);
        ActivationEpochs = Longer(ActivationEpochs, Epoch.FarFuture);
        ExitEpochs = Longer(ExitEpochs, Epoch.FarFuture);
        WithdrawableEpochs = Longer(WithdrawableEpochs, Epoch.FarFuture);
        PreviousParticipation = Longer(PreviousParticipation, ParticipationFlags.None);
        CurrentParticipation = Longer(CurrentParticipation, ParticipationFlags.None);
        InactivityScores = Longer(InactivityScores, 0UL);
    }

    private T[] Longer<T>(T[] column, T value)
    {
        var longer = new T[ValidatorCount];
        column.CopyTo(longer, 0);
        longer.AsSpan(column.Length).Fill(value);
        return longer;
    }
}

/// <summary>One validator of a state, for reading.</summary>
public sealed record Validator(
    int Index,
    ValidatorIdentity Identity,
    Gwei Balance,
    Gwei EffectiveBalance,
    bool Slashed,
    Epoch ActivationEligibilityEpoch,
    Epoch ActivationEpoch,
    Epoch ExitEpoch,
    Epoch WithdrawableEpoch)
{
    /// <summary>is_active_validator.</summary>
    public bool IsActive(Epoch epoch) => ActivationEpoch <= epoch && epoch < ExitEpoch;
}

/// <summary>Which parts of a validator's vote were right and in time (consensus-specs: ParticipationFlags).</summary>
[Flags]
public enum ParticipationFlags : byte
{
    None = 0,

    /// <summary>TIMELY_SOURCE_FLAG_INDEX 0.</summary>
    TimelySource = 1,

    /// <summary>TIMELY_TARGET_FLAG_INDEX 1.</summary>
    TimelyTarget = 2,

    /// <summary>TIMELY_HEAD_FLAG_INDEX 2.</summary>
    TimelyHead = 4,
}
