using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules;

namespace Chain.Tests;

public sealed class GenesisProperties
{
    private static readonly string[] Names = [.. typeof(ProofOfStakeSettings).GetProperties()
        .Where(property => property.CanWrite && property.PropertyType == typeof(ulong))
        .Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name))];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 8)];

    [Fact]
    public void A_damaged_file_is_refused_with_a_message_or_describes_another_chain()
    {
        var random = new Random(5);
        var intact =
            StakeGenesisFile.Json(StakeGenesisFile.Validators(8), ("slotDurationMs", 250), ("minDepositGwei", "0x3b9aca00"));
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var text = intact.ToCharArray();
            for (var hits = random.Next(1, 4); hits > 0; hits--)
                text[random.Next(text.Length)] = (char)random.Next(32, random.Next(8) == 0 ? 0xe000 : 127);
            try
            {
                Assert.NotNull(ConsensusFactory.BuildGenesis(KnownRules.Genesis.Parse(new string(text))));
            }
            catch (GenesisException e)
            {
                // Refused: the other good answer. Any other exception fails the test.
                Assert.NotEmpty(e.Message);
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 2999);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void With_any_settings_that_are_accepted_the_rules_run_without_overflow_for_some_epochs(int seed)
    {
        var random = new Random(seed);
        for (var accepted = 0; accepted < 30;)
        {
            var file = RandomFile(random);
            try
            {
                ConsensusFactory.BuildGenesis(KnownRules.Genesis.Parse(file));
            }
            catch (GenesisException)
            {
                continue;
            }

            accepted++;
            try
            {
                var settings = (ProofOfStakeSettings)KnownRules.Genesis.Parse(file).Spec.Consensus;
                Live(StakeGenesis.BuildState(settings, Hash256.Zero), random);
            }
            catch (Exception e) when (e is OverflowException or DivideByZeroException or IndexOutOfRangeException
                or ArgumentException or InvalidOperationException)
            {
                Assert.Fail($"seed {seed}: {e}\n{file}");
            }
        }
    }

    /// <summary>Defaults but for a few settings, these anything from nothing to the greatest; often at a power of two.</summary>
    private static string RandomFile(Random random)
    {
        var settings = new Dictionary<string, JsonNode?>();
        for (var changes = random.Next(1, 5); changes > 0; changes--) settings[Names[random.Next(Names.Length)]] = Value(random);
        if (random.Next(3) == 0)
        {
            var increment = 1UL << random.Next(49);
            settings["effectiveBalanceIncrement"] = increment;
            settings["maxEffectiveBalance"] = increment * (1UL << random.Next(12));
            settings["minDepositGwei"] = 1;
        }

        return StakeGenesisFile.Json(StakeGenesisFile.Validators(12),
            [.. settings.Select(setting => (setting.Key, setting.Value))]);
    }

    private static ulong Value(Random random) => random.Next(3) switch
    {
        0 => (ulong)random.Next(6),
        1 => (1UL << random.Next(50)) - (ulong)random.Next(2),
        _ => (ulong)random.NextInt64(1L << random.Next(1, 40)),
    };

    /// <summary>Epochs with votes, missing votes, slashings, exits, deposits and withdrawals.</summary>
    private static void Live(StakeState state, Random random)
    {
        var settings = state.Settings;
        while (state.CurrentEpoch < new Epoch(10))
        {
            state.Slot = (state.CurrentEpoch + 1).StartSlot(settings.SlotsPerEpoch) - 1;
            Assert.InRange(state.GetBeaconProposerIndex(), 0, state.ValidatorCount - 1);
            var offender = random.Next(state.ValidatorCount);
            if (random.Next(4) == 0 && state.IsSlashable(offender, state.CurrentEpoch))
                SlashingProcessing.SlashValidator(state, offender, settings.DoubleProposalPenaltyPpm);
            VoluntaryExits.ProcessVoluntaryExit(state,
                new SignedVoluntaryExit(Epoch.Genesis, random.Next(state.ValidatorCount), default),
                new SignatureChecks(new StakeDomain(Hash256.Zero)));
            var key = new ValidatorKey(StakeSample.KeyOf(random.Next(1, 16)).PublicKey);
            Deposits.ProcessDeposit(state,
                new Deposit(key, Keccak256.Hash([(byte)random.Next(4)]), Ledger.Miner, new Gwei(settings.MaxEffectiveBalance)));
            Withdrawals.ApplyWithdrawals(state, Withdrawals.GetExpectedWithdrawals(state));
            for (var i = 0; i < state.ValidatorCount; i++)
                state.CurrentParticipation[i] = (ParticipationFlags)(random.Next(3) == 0 ? 0 : random.Next(8));
            EpochTransition.ProcessEpoch(state);
            state.Slot += 1;
            state.Committees = state.Committees.AtEpochStart(state.CurrentEpoch);
            if (state.CountActive(state.CurrentEpoch) == 0) return;
            Assert.NotNull(state.GetShuffling(state.CurrentEpoch + 1));
        }
    }
}
