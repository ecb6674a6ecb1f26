using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class StakeSupplyTests
{
    private static readonly UInt256 Accounts = Ledger.Ether * 100;
    private static readonly StakeState Before = StakeGenesis.BuildState(
        (ProofOfStakeSettings)StakeGenesisFile.Parse(StakeGenesisFile.Validators(8)).Spec.Consensus, Hash256.Zero);
    private static readonly Withdrawal Withdrawal = new(0, 3, Ledger.Bob.Address, 2_000_000_000);
    private static readonly Deposit Deposit = new(new ValidatorKey(StakeSample.KeyOf(50).PublicKey), Hash256.Zero,
        Ledger.Bob.Address, new Gwei(5_000_000_000));

    [Fact]
    public void Withdrawals_deposits_burned_fees_and_the_proposers_reward_add_up() =>
        Assert.Null(StakeSupply.CheckBlock(Block()));

    [Fact]
    public void One_wei_too_much_or_too_little_on_the_accounts_is_found()
    {
        IsWrong("the accounts held 100000000000000000000 wei", Block() with { AccountsAfter = Block().AccountsAfter + 1 });
        IsWrong("the accounts held", Block() with { AccountsAfter = Block().AccountsAfter - 1 });
        IsWrong("the accounts held", Block() with { BurnedWei = Block().BurnedWei - 1 });
    }

    [Fact]
    public void A_withdrawal_that_only_one_side_knows_is_found()
    {
        IsWrong("validator 3 has 30000000000 Gwei; the rules leave it from 32000000000 Gwei to 32000000000 Gwei", Block() with
        {
            Withdrawals = [],
        });
        IsWrong("validator 3 has", Block() with { Withdrawals = [Withdrawal with { AmountGwei = Withdrawal.AmountGwei + 1 }] });
        IsWrong("more is withdrawn from validator 3 than it holds", Block() with
        {
            Withdrawals = [Withdrawal with { AmountGwei = 33_000_000_000 }],
        });
    }

    [Fact]
    public void A_deposit_that_only_one_side_knows_is_found()
    {
        IsWrong("validator 8 has 5000000000 Gwei", Block() with { Deposits = [] });
        IsWrong("validator 8 has", Block() with { Deposits = [Deposit, Deposit] });
        IsWrong("the accounts held", Changed(after => after.Balances[8] += new Gwei(5_000_000_000)) with
        {
            Deposits = [Deposit, Deposit],
        });
    }

    [Fact]
    public void Nobody_but_the_proposer_earns_and_it_not_without_bound()
    {
        IsWrong("validator 5 has 32000000001 Gwei", Changed(after => after.Balances[5] += new Gwei(1)));
        IsWrong("validator 0 has", Changed(after => after.Balances[0] += new Gwei(10_000_000_000)));
        IsWrong("validator 0 has", Changed(after => after.Balances[0] -= new Gwei(1001)));
    }

    [Fact]
    public void Only_a_slashing_in_the_block_takes_stake_and_not_more_than_the_penalty()
    {
        Assert.Null(StakeSupply.CheckBlock(Changed(after => Slash(after, 1_000_000_000))));
        IsWrong("validator 6 has", Changed(after => Slash(after, 1_000_000_001)));
        IsWrong("validator 6 has", Changed(after => after.Balances[6] -= new Gwei(1)));
    }

    [Fact]
    public void An_epoch_gives_no_more_than_its_votes_earn_and_takes_no_more_than_missing_ones_cost()
    {
        var before = Before.Clone();
        before.Slot = new Epoch(4).StartSlot(before.Settings.SlotsPerEpoch) - 1;
        var after = before.Clone();
        EpochTransition.ProcessEpoch(after);
        after.Slot += 1;
        Assert.Null(StakeSupply.CheckEpoch(before, after));

        var richer = after.Clone();
        richer.Balances[2] = before.Balances[2] + before.GetBaseReward(2, before.GetBaseRewardPerIncrement()) + new Gwei(1);
        Assert.IsType<SupplyError.WrongBalance>(StakeSupply.CheckEpoch(before, richer));
        var poorer = after.Clone();
        poorer.Balances[2] -= new Gwei(1_000_000_000);
        Assert.IsType<SupplyError.WrongBalance>(StakeSupply.CheckEpoch(before, poorer));
        Deposits.ProcessDeposit(after, Deposit);
        Assert.IsType<SupplyError.WrongValidatorCount>(StakeSupply.CheckEpoch(before, after));
    }

    [Fact]
    public void Where_many_left_since_the_votes_those_who_stay_earn_more_than_the_base_reward()
    {
        var before = Before.Clone();
        before.Slot = new Epoch(4).StartSlot(before.Settings.SlotsPerEpoch) - 1;
        Array.Fill(before.PreviousParticipation,
            ParticipationFlags.TimelySource | ParticipationFlags.TimelyTarget | ParticipationFlags.TimelyHead);
        for (var i = 2; i < before.ValidatorCount; i++) before.ExitEpochs[i] = before.CurrentEpoch;
        var after = before.Clone();
        EpochTransition.ProcessEpoch(after);
        after.Slot += 1;

        Assert.True(after.Balances[0] > before.Balances[0] + before.GetBaseReward(0, before.GetBaseRewardPerIncrement()));
        Assert.Null(StakeSupply.CheckEpoch(before, after)?.Message);
        after.Balances[0] += new Gwei(1);
        Assert.IsType<SupplyError.WrongBalance>(StakeSupply.CheckEpoch(before, after));
    }

    [Fact]
    public void Who_was_not_active_or_is_slashed_earns_nothing_by_an_epoch()
    {
        var before = Before.Clone();
        before.Slot = new Epoch(4).StartSlot(before.Settings.SlotsPerEpoch) - 1;
        before.Slashed[1] = true;
        before.ActivationEpochs[2] = before.CurrentEpoch;
        foreach (var idle in (ReadOnlySpan<int>)[1, 2])
        {
            var after = before.Clone();
            after.Slot += 1;
            Assert.Null(StakeSupply.CheckEpoch(before, after)?.Message);
            after.Balances[idle] += new Gwei(1);
            Assert.IsType<SupplyError.WrongBalance>(StakeSupply.CheckEpoch(before, after));
        }
    }

    [Fact]
    public void All_stake_is_counted_in_wei() => Assert.Equal(Ledger.Ether * (8 * 32), StakeSupply.TotalStake(Before));

    private static void Slash(StakeState state, ulong penalty)
    {
        state.Slashed[6] = true;
        state.Balances[6] -= new Gwei(penalty);
    }

    /// <summary>
    /// A block with one withdrawal, one deposit, 1,000 wei burned, and 1,000 Gwei for the proposer, validator 0.
    /// </summary>
    private static BlockSupply Block()
    {
        var after = Before.Clone();
        after.Balances[3] -= new Gwei(2_000_000_000);
        after.Balances[0] += new Gwei(1_000);
        Deposits.ProcessDeposit(after, Deposit);
        return new BlockSupply(Accounts, Accounts + (2 * Ledger.Ether) - (5 * Ledger.Ether) - 1_000, Before, after, 0, 1_000,
            [Withdrawal], [Deposit]);
    }

    private static BlockSupply Changed(Action<StakeState> change)
    {
        var block = Block();
        change(block.StakeAfter);
        return block;
    }

    private static void IsWrong(string message, BlockSupply block) =>
        Assert.Contains(message, StakeSupply.CheckBlock(block)!.Message, StringComparison.Ordinal);
}
