using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Random histories of blocks with transfers, deposits, withdrawals, votes, slashings and exits: ether adds up at every block.
/// </summary>
public sealed class StakeSupplyProperties
{
    private const int Blocks = 160;

    private static readonly ProofOfStakeSettings Settings = (ProofOfStakeSettings)StakeGenesisFile.Parse(
        StakeGenesisFile.Validators(12),
        ("slotsPerEpoch", 4),
        ("maxSeedLookahead", 1),
        ("shardCommitteePeriod", 1),
        ("minValidatorWithdrawabilityDelay", 1),
        ("epochsPerSlashingsVector", 4),
        ("inactivityPenaltyQuotient", 64)).Spec.Consensus;

    private static readonly StakeDomain Domain = new(Hash256.Zero);
    private static readonly Deposits Deposits = new(Settings.DepositAddress);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Ether_is_conserved_to_the_wei_at_every_block(int seed)
    {
        var random = new Random(seed);
        var ledger = new Ledger((Ledger.Carol.Address, Ledger.With(Ledger.Ether * 1000)))
        {
            Natives = new NativeContracts([new DepositContract(Settings, Domain)]),
        };
        var state = StakeGenesis.BuildState(Settings, Hash256.Zero);
        var (deposits, withdrawals) = (0, 0);
        for (var block = 0; block < Blocks; block++)
        {
            var before = Advance(state);
            var paid = Withdrawals.GetExpectedWithdrawals(state);
            var accountsBefore = StateWalker.TotalBalance(ledger.Store, ledger.Root);
            var outcome = ledger.Try(RandomTransactions(ledger, random), paid).Value;
            var made = Deposits.Read(outcome.Receipts);
            Withdrawals.ApplyWithdrawals(state, paid);
            Operate(state, random, onlineShare: block % 80 < 40 ? 1.0 : 0.5);
            foreach (var deposit in made) Deposits.ProcessDeposit(state, deposit);

            var accountsAfter = StateWalker.TotalBalance(ledger.Store, ledger.Root);
            var error = StakeSupply.CheckBlock(new BlockSupply(accountsBefore, accountsAfter, before, state,
                before.GetBeaconProposerIndex(), outcome.BurnedWei, paid, made));
            Assert.True(error is null, $"seed {seed}, block {block}: {error?.Message}");
            (deposits, withdrawals) = (deposits + made.Count, withdrawals + paid.Count);
        }

        Assert.True(deposits > 0 && withdrawals > 0 && state.Slashed.Contains(true)
            && state.ExitEpochs.Any(epoch => epoch < state.CurrentEpoch),
            $"seed {seed} was dull: {deposits} deposits, {withdrawals} withdrawals");
    }

    /// <summary>One slot on (process_slots), with the end of an epoch checked; a copy of what is reached.</summary>
    private static StakeState Advance(StakeState state)
    {
        var before = state.Clone();
        state.BlockRoots[state.Slot.Number % Settings.SlotsPerHistoricalRoot] = Keccak256.Hash([(byte)state.Slot.Number]);
        var isEpochEnd = (state.Slot + 1).SinceEpochStart(Settings.SlotsPerEpoch) == 0;
        if (isEpochEnd) EpochTransition.ProcessEpoch(state);
        state.Slot += 1;
        if (isEpochEnd) state.Committees = state.Committees.AtEpochStart(state.CurrentEpoch);
        if (isEpochEnd) Assert.Null(StakeSupply.CheckEpoch(before, state)?.Message);
        return state.Clone();
    }

    private static void Operate(StakeState state, Random random, double onlineShare)
    {
        var checks = new SignatureChecks(Domain);
        if (random.Next(25) == 0)
        {
            var offender = random.Next(state.ValidatorCount);
            SignedProposal Proposal(byte hash) => new(state.Slot, offender, Keccak256.Hash([hash]), default);
            SlashingProcessing.ProcessProposerSlashing(state, new ProposerSlashing(Proposal(1), Proposal(2)), checks);
        }

        var voteSlot = state.Slot - 1;
        var target = voteSlot.ToEpoch(Settings.SlotsPerEpoch);
        var data = new AttestationData(
            voteSlot,
            0,
            state.GetBlockRootAtSlot(voteSlot),
            target == state.CurrentEpoch ? state.CurrentJustified : state.PreviousJustified,
            new Checkpoint(target, state.GetBlockRoot(target)));
        var committee = state.GetBeaconCommittee(voteSlot, 0);
        var bits = new bool[committee.Length];
        for (var i = 0; i < bits.Length; i++) bits[i] = random.NextDouble() < onlineShare;
        var votes = new Bitlist(bits);
        AttestationProcessing.ProcessAttestation(state, new Attestation(data, votes, new Signature[votes.Count()]), checks);
        if (random.Next(25) == 0)
            VoluntaryExits.ProcessVoluntaryExit(state,
                new SignedVoluntaryExit(Epoch.Genesis, random.Next(state.ValidatorCount), default), checks);
    }

    private static List<RecoveredTransaction> RandomTransactions(Ledger ledger, Random random)
    {
        var builder = new BlockBuilder(ledger.Open(), ledger.Block(), ledger.Natives);
        for (var i = 0; i < 3; i++)
        {
            var key = random.Next(2) == 0 ? Ledger.Alice : Ledger.Carol;
            var nonce = ledger.Open().GetNonce(key.Address)
                + (ulong)builder.Included.Count(included => included.Sender == key.Address);
            builder.TryAdd(Ledger.Sign(key, transfer => random.Next(3) switch
            {
                0 => transfer with { Nonce = nonce, To = Ledger.Bob.Address, Value = (ulong)random.NextInt64(1_000_000_000) },
                1 => transfer with
                {
                    Nonce = nonce,
                    To = Settings.DepositAddress,
                    GasLimit = 200_000,
                    Value = Ledger.Ether + (ulong)random.Next(2),
                    Data = DepositData(random),
                },
                _ => transfer with
                {
                    Nonce = nonce,
                    To = Settings.DepositAddress,
                    GasLimit = 200_000,
                    Value = Ledger.Ether * (ulong)random.Next(1, 40),
                    Data = DepositData(random),
                },
            }));
        }

        return [.. builder.Included];
    }

    private static byte[] DepositData(Random random)
    {
        var number = random.Next(1, 20);
        return DepositCall.Sign(StakeSample.KeyOf(number), Keccak256.Hash([(byte)random.Next(2)]),
            StakeSample.KeyOf(number).Address, Domain).Encode();
    }
}
