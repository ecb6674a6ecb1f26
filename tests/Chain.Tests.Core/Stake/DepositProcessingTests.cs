using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class DepositProcessingTests
{
    private static readonly Address Elsewhere = Ledger.Miner;
    private static readonly Hash256 Seed = Keccak256.Hash([9]);

    private readonly StakeState _state = StakeGenesis.BuildState(
        (ProofOfStakeSettings)StakeGenesisFile.Parse(StakeGenesisFile.Validators(8)).Spec.Consensus, Hash256.Zero);

    private ProofOfStakeSettings Settings => _state.Settings;

    private ulong Layers => Settings.RandaoOnionLayers;

    [Fact]
    public void A_new_key_becomes_a_validator_that_waits()
    {
        At(epoch: 5);
        Process(NewDeposit(32_500_000_000));
        var validator = _state.Validator(8);

        Assert.Equal((new Gwei(32_500_000_000), new Gwei(32_000_000_000), false),
            (validator.Balance, validator.EffectiveBalance, validator.Slashed));
        Assert.Equal((Epoch.FarFuture, Epoch.FarFuture), (validator.ActivationEligibilityEpoch, validator.ActivationEpoch));
        Assert.Equal(RandaoOnion.Begin(Commitment(Seed), new Epoch(5), Layers), validator.Identity.Onion);
        Assert.Equal(Ledger.Bob.Address, validator.Identity.WithdrawalAddress);
    }

    [Fact]
    public void It_is_active_later_than_its_onion_begins_and_reveals_its_first_layer_then()
    {
        At(epoch: 5);
        Process(NewDeposit(32_000_000_000));
        while (!_state.IsActive(8, _state.CurrentEpoch))
        {
            Assert.InRange(_state.CurrentEpoch.Number, 5UL, 20UL);
            _state.Slot = (_state.CurrentEpoch + 1).StartSlot(Settings.SlotsPerEpoch) - 1;
            EpochTransition.ProcessEpoch(_state);
            _state.Slot += 1;
            _state.Finalized = new Checkpoint(_state.PreviousEpoch, Hash256.Zero);
        }

        Assert.True(_state.CurrentEpoch >= new Epoch(5 + 1 + Settings.MaxSeedLookahead));
        Assert.True(Randao.ProcessRandao(_state, 8, RandaoOnion.Reveal(Seed, new Epoch(5), _state.CurrentEpoch, Layers)));
    }

    [Fact]
    public void Less_than_the_greatest_effective_balance_is_topped_up_to_it_by_the_next_epoch()
    {
        Process(NewDeposit(20_000_000_000));
        Process(NewDeposit(12_000_000_000));
        Assert.Equal((9, new Gwei(32_000_000_000), new Gwei(20_000_000_000)),
            (_state.ValidatorCount, _state.Balances[8], _state.EffectiveBalances[8]));

        EpochTransition.ProcessEffectiveBalanceUpdates(_state);
        Assert.Equal(new Gwei(32_000_000_000), _state.EffectiveBalances[8]);
    }

    [Fact]
    public void A_known_key_keeps_its_withdrawal_address()
    {
        var deposit = KnownDeposit(Commitment(StakeGenesisFile.OnionSeed(3))) with { WithdrawalAddress = Elsewhere };
        var before = _state.Identities[2];
        Process(deposit);
        Assert.Equal((new Gwei(33_000_000_000), before), (_state.Balances[2], _state.Identities[2]));
    }

    [Fact]
    public void The_commitment_in_use_is_no_next_one_whatever_has_been_revealed_of_it()
    {
        At(epoch: 6);
        Assert.True(Randao.ProcessRandao(_state, 2,
            RandaoOnion.Reveal(StakeGenesisFile.OnionSeed(3), Epoch.Genesis, new Epoch(6), Layers)));
        Process(KnownDeposit(Commitment(StakeGenesisFile.OnionSeed(3))));
        Assert.Null(_state.Identities[2].Onion.NextCommitment);
    }

    [Fact]
    public void Another_commitment_follows_when_the_onion_has_ended()
    {
        At(epoch: 6);
        Process(KnownDeposit(Commitment(Seed)));
        var onion = _state.Identities[2].Onion;
        Assert.Equal((Commitment(Seed), new Epoch(Layers + 1)), (onion.NextCommitment, onion.NextFirstEpoch));

        At(epoch: Layers + 3);
        Assert.True(Randao.ProcessRandao(_state, 2,
            RandaoOnion.Reveal(Seed, new Epoch(Layers + 1), new Epoch(Layers + 3), Layers)));
        Assert.Equal((Commitment(Seed), null),
            (_state.Identities[2].Onion.Commitment, _state.Identities[2].Onion.NextCommitment));
    }

    [Fact]
    public void A_commitment_that_comes_late_waits_so_that_its_maker_does_not_know_who_proposes()
    {
        At(epoch: Layers);
        Process(KnownDeposit(Commitment(Seed)));
        Assert.Equal(new Epoch(Layers + 2 + Settings.MaxSeedLookahead), _state.Identities[2].Onion.NextFirstEpoch);
        At(epoch: Layers + 1);
        Process(KnownDeposit(Commitment(Seed)));
        Assert.Equal(new Epoch(Layers + 2 + Settings.MaxSeedLookahead), _state.Identities[2].Onion.NextFirstEpoch);
    }

    [Fact]
    public void An_onion_in_effect_of_which_nothing_is_revealed_yet_is_not_lost_to_the_one_after_it()
    {
        Process(KnownDeposit(Commitment(Seed)));
        At(epoch: Layers + 5);
        Process(KnownDeposit(Keccak256.Hash([10])));
        var onion = _state.Identities[2].Onion;

        Assert.Equal((Commitment(Seed), Keccak256.Hash([10]), new Epoch(Layers + 1 + Layers + 1)),
            (onion.Commitment, onion.NextCommitment, onion.NextFirstEpoch));
        Assert.True(Randao.ProcessRandao(_state, 2,
            RandaoOnion.Reveal(Seed, new Epoch(Layers + 1), new Epoch(Layers + 5), Layers)));
    }

    private static Hash256 Commitment(Hash256 seed) =>
        RandaoOnion.Reveal(seed, Epoch.Genesis, Epoch.Genesis, StakeGenesisFile.OnionLayers);

    private static Deposit NewDeposit(ulong gwei) =>
        new(new ValidatorKey(StakeSample.KeyOf(50).PublicKey), Commitment(Seed), Ledger.Bob.Address, new Gwei(gwei));

    private static Deposit KnownDeposit(Hash256 commitment) =>
        new(new ValidatorKey(StakeSample.KeyOf(3).PublicKey), commitment, Ledger.Bob.Address, new Gwei(1_000_000_000));

    private void Process(Deposit deposit) => Deposits.ProcessDeposit(_state, deposit);

    private void At(ulong epoch) => _state.Slot = new Epoch(epoch).StartSlot(Settings.SlotsPerEpoch);
}
