using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Adds ether up: accounts and validators' balances hold all of it, and nothing changes it but rewards, penalties
/// and burned fees. The rules do not need it; simulations and tests ask it at every block.
/// </summary>
public static class StakeSupply
{
    private static readonly UInt256 WeiPerGwei = 1_000_000_000;

    /// <summary>What all validators hold, in wei.</summary>
    public static UInt256 TotalStake(StakeState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Balances.Aggregate(UInt256.Zero, (sum, balance) => sum + balance.Amount) * WeiPerGwei;
    }

    /// <summary>
    /// What a block may change. The accounts get its withdrawals and lose its deposits and burned fees, to the wei. A validator's
    /// balance loses its withdrawals and gets its deposits, to the Gwei; only the proposer may have more, by rewards, and only
    /// those slashed in it less, by their initial penalty.
    /// </summary>
    /// <returns>Null when it adds up.</returns>
    public static SupplyError? CheckBlock(BlockSupply block)
    {
        ArgumentNullException.ThrowIfNull(block);
        var (before, after) = (block.StakeBefore, block.StakeAfter);
        var expected = ExpectedBalances(before, after, block);
        var slashed = Gwei.Zero;
        for (var i = 0; i < after.ValidatorCount; i++)
        {
            if (IsNewlySlashed(before, after, i)) slashed += before.EffectiveBalances[i];
        }

        for (var i = 0; i < after.ValidatorCount; i++)
        {
            if (expected[i] is not { } mine) return new SupplyError.WithdrawnMoreThanHeld(i);
            var most = i == block.ProposerIndex ? mine + GreatestProposerReward(before, slashed) : mine;
            var least = IsNewlySlashed(before, after, i) ? mine.MinusAtMost(GreatestInitialPenalty(before, i)) : mine;
            if (after.Balances[i] > most || after.Balances[i] < least)
                return new SupplyError.WrongBalance(i, after.Balances[i], least, most);
        }

        var deposits = block.Deposits.Aggregate(UInt256.Zero, (sum, deposit) => sum + deposit.Amount.Amount) * WeiPerGwei;
        var withdrawals =
            block.Withdrawals.Aggregate(UInt256.Zero, (sum, withdrawal) => sum + withdrawal.AmountGwei) * WeiPerGwei;
        return block.AccountsAfter + deposits + block.BurnedWei == block.AccountsBefore + withdrawals
            ? null
            : new SupplyError.WrongAccounts(block.AccountsBefore, block.AccountsAfter, withdrawals, deposits, block.BurnedWei);
    }

    /// <summary>
    /// What the end of an epoch may change: each balance by what the rules can give and take for one epoch's votes, and for the
    /// slashed the correlation penalty. Accounts have no part in it.
    /// </summary>
    /// <param name="before">Any state of the epoch.</param>
    /// <param name="after">The same at the start of the next epoch.</param>
    /// <returns>Null when it adds up.</returns>
    public static SupplyError? CheckEpoch(StakeState before, StakeState after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (after.CurrentEpoch != before.CurrentEpoch + 1)
            throw new ArgumentException($"From {before.CurrentEpoch} to {after.CurrentEpoch} is not one epoch; check each.",
                nameof(after));
        if (after.ValidatorCount != before.ValidatorCount)
            return new SupplyError.WrongValidatorCount(after.ValidatorCount, before.ValidatorCount);
        var settings = before.Settings;
        var rewardPerIncrement = before.GetBaseRewardPerIncrement();
        var (mayEarn, active) =
            (IncrementsThatMayEarn(before), before.GetTotalActiveBalance().Amount / settings.EffectiveBalanceIncrement);
        var denominator = settings.InactivityScoreBias * settings.InactivityPenaltyQuotient;
        for (var i = 0; i < before.ValidatorCount; i++)
        {
            // No epoch takes more than the base reward for missing votes.
            var (balance, effective) = (before.Balances[i], before.EffectiveBalances[i]);
            var baseReward = before.GetBaseReward(i, rewardPerIncrement);
            var inactivity = (UInt256)effective.Amount * after.InactivityScores[i] / denominator;
            var penalty = before.Slashed[i] || inactivity > effective.Amount ? balance : baseReward + new Gwei((ulong)inactivity);
            var (least, most) = (balance.MinusAtMost(penalty),
                MayEarn(before, i) ? balance + GreatestEpochReward(baseReward, mayEarn, active) : balance);
            if (after.Balances[i] > most || after.Balances[i] < least)
                return new SupplyError.WrongBalance(i, after.Balances[i], least, most);
        }

        return null;
    }

    /// <summary>Balances after withdrawals and deposits alone; null where more is withdrawn than there is.</summary>
    private static Gwei?[] ExpectedBalances(StakeState before, StakeState after, BlockSupply block)
    {
        var expected = new Gwei?[after.ValidatorCount];
        for (var i = 0; i < expected.Length; i++) expected[i] = i < before.ValidatorCount ? before.Balances[i] : Gwei.Zero;
        foreach (var withdrawal in block.Withdrawals)
        {
            var index = (int)withdrawal.ValidatorIndex;
            var amount = new Gwei(withdrawal.AmountGwei);
            expected[index] = expected[index] >= amount ? expected[index] - amount : null;
        }

        foreach (var deposit in block.Deposits)
        {
            if (after.IndexOf(deposit.Key) is { } index) expected[index] += deposit.Amount;
        }

        return expected;
    }

    /// <summary>Only those active in the previous epoch and not slashed earn by their votes.</summary>
    private static bool MayEarn(StakeState before, int index) =>
        !before.Slashed[index] && before.IsActive(index, before.PreviousEpoch);

    /// <summary>Their effective balance in increments, at least one as in get_total_balance.</summary>
    private static ulong IncrementsThatMayEarn(StakeState before)
    {
        ulong total = 0;
        for (var i = 0; i < before.ValidatorCount; i++) total += MayEarn(before, i) ? before.EffectiveBalances[i].Amount : 0;
        return Math.Max(1, total / before.Settings.EffectiveBalanceIncrement);
    }

    /// <summary>
    /// What get_flag_index_deltas gives when everybody voted: by the increments that voted in the previous epoch over those
    /// active now. Where many have left in between, that is more than the base reward.
    /// </summary>
    private static Gwei GreatestEpochReward(Gwei baseReward, ulong mayEarn, ulong active)
    {
        var sum = Gwei.Zero;
        foreach (var (_, weight) in RewardsAndPenalties.FlagWeights)
            sum += new Gwei(baseReward.Amount * weight * mayEarn / (active * RewardsAndPenalties.WeightDenominator));
        return sum;
    }

    private static bool IsNewlySlashed(StakeState before, StakeState after, int index) =>
        after.Slashed[index] && index < before.ValidatorCount && !before.Slashed[index];

    private static Gwei GreatestInitialPenalty(StakeState before, int index)
    {
        var settings = before.Settings;
        var ppm = Math.Max(settings.DoubleVotePenaltyPpm,
            Math.Max(settings.SurroundVotePenaltyPpm, settings.DoubleProposalPenaltyPpm));
        return before.EffectiveBalances[index] * ppm / 1_000_000;
    }

    /// <summary>For bringing every vote of everybody, and for every slashing.</summary>
    private static Gwei GreatestProposerReward(StakeState before, Gwei slashed)
    {
        var settings = before.Settings;
        var increments = before.EffectiveBalances.Aggregate(0UL,
            (sum, effective) => sum + (effective.Amount / settings.EffectiveBalanceIncrement));
        return (before.GetBaseRewardPerIncrement() * increments) + (slashed / settings.WhistleblowerRewardQuotient);
    }
}

/// <summary>What a block did to the ether.</summary>
/// <param name="AccountsBefore">What all accounts of the parent's state hold, in wei.</param>
/// <param name="AccountsAfter">What all accounts hold after the block, in wei.</param>
/// <param name="StakeBefore">The stake at the block's slot, before the block; an epoch that ends on the way is
/// <see cref="StakeSupply.CheckEpoch"/>'s.</param>
/// <param name="StakeAfter">The stake after the block.</param>
/// <param name="ProposerIndex">Who gets its rewards.</param>
/// <param name="BurnedWei">Base fees.</param>
/// <param name="Withdrawals">Paid to accounts.</param>
/// <param name="Deposits">Read from its events.</param>
public sealed record BlockSupply(
    UInt256 AccountsBefore,
    UInt256 AccountsAfter,
    StakeState StakeBefore,
    StakeState StakeAfter,
    int ProposerIndex,
    UInt256 BurnedWei,
    IReadOnlyList<Withdrawal> Withdrawals,
    IReadOnlyList<Deposit> Deposits);

/// <summary>What does not add up.</summary>
public abstract record SupplyError
{
    private SupplyError()
    {
    }

    public abstract string Message { get; }

    public sealed record WrongAccounts(UInt256 Before, UInt256 After, UInt256 Withdrawals, UInt256 Deposits,
        UInt256 Burned) : SupplyError
    {
        public override string Message =>
            $"the accounts held {Before} wei before the block; with {Withdrawals} withdrawn from stake, {Deposits} deposited "
                + $"and {Burned} burned they cannot hold {After} after it";
    }

    public sealed record WrongBalance(int Validator, Gwei Got, Gwei Least, Gwei Most) : SupplyError
    {
        public override string Message => $"validator {Validator} has {Got}; the rules leave it from {Least} to {Most}";
    }

    public sealed record WithdrawnMoreThanHeld(int Validator) : SupplyError
    {
        public override string Message => $"more is withdrawn from validator {Validator} than it holds";
    }

    public sealed record WrongValidatorCount(int Got, int Expected) : SupplyError
    {
        public override string Message => $"{Got} validators are there after the epoch, {Expected} were there before";
    }
}
