using System.Text.Json;
using Chain.Consensus.Stake;

namespace Chain.Tests;

public sealed class EpochProcessingVectors
{
    private static readonly Dictionary<string, Action<StakeState>> Functions = new()
    {
        ["process_justification_and_finalization"] = JustificationAndFinalization.ProcessJustificationAndFinalization,
        ["process_inactivity_updates"] = EpochTransition.ProcessInactivityUpdates,
        ["process_rewards_and_penalties"] = RewardsAndPenalties.ProcessRewardsAndPenalties,
        ["process_registry_updates"] = RegistryUpdates.ProcessRegistryUpdates,
        ["process_slashings"] = EpochTransition.ProcessSlashings,
        ["process_effective_balance_updates"] = EpochTransition.ProcessEffectiveBalanceUpdates,
        ["process_slashings_reset"] = EpochTransition.ProcessSlashingsReset,
        ["process_participation_flag_updates"] = EpochTransition.ProcessParticipationFlagUpdates,
    };

    [VectorFact]
    [ReadsVectors("consensus-specs-epoch-processing")]
    public void The_end_of_an_epoch_does_to_the_registry_what_the_executable_spec_does()
    {
        var (settings, document) = SpecVectors.Open("consensus-specs-epoch-processing");
        using (document)
        {
            var cases = document.RootElement.GetProperty("cases").EnumerateArray().ToList();
            Assert.NotEmpty(cases);
            foreach (var test in cases)
            {
                var pre = PreState(settings, test);
                AssertInfo(test, pre);
                if (test.GetProperty("mode").GetString() == "single") Single(test, pre);
                else Sequence(test, pre);
            }
        }
    }

    private static void Single(JsonElement test, StakeState pre)
    {
        var state = pre.Clone();
        Functions[test.GetProperty("fn").GetString()!](state);
        SpecVectors.AssertChanged(Name(test), pre, test.GetProperty("changed"), state);
    }

    private static void Sequence(JsonElement test, StakeState pre)
    {
        var state = pre.Clone();
        foreach (var step in test.GetProperty("steps").EnumerateArray())
        {
            var before = state.Clone();
            var function = step.GetProperty("fn").GetString()!;
            if (function == "process_rewards_and_penalties") AssertDeltas(test, step, state);
            Functions[function](state);
            SpecVectors.AssertChanged($"{Name(test)}, {function}", before, step.GetProperty("changed"), state);
        }

        var whole = pre.Clone();
        EpochTransition.ProcessEpoch(whole);
        SpecVectors.AssertChanged(Name(test), pre, test.GetProperty("post_changed"), whole);
    }

    private static void AssertDeltas(JsonElement test, JsonElement step, StakeState state)
    {
        if (!step.TryGetProperty("flag_deltas", out var flagDeltas)) return;
        var number = 0;
        foreach (var expected in flagDeltas.EnumerateArray())
        {
            var (flag, weight) = RewardsAndPenalties.FlagWeights[number++];
            var deltas = RewardsAndPenalties.GetFlagIndexDeltas(state, flag, weight);
            AssertEqual($"{Name(test)}, rewards for {flag}", expected.GetProperty("rewards"), deltas.Rewards);
            AssertEqual($"{Name(test)}, penalties for {flag}", expected.GetProperty("penalties"), deltas.Penalties);
        }

        AssertEqual($"{Name(test)}, inactivity", step.GetProperty("inactivity_penalties"),
            RewardsAndPenalties.GetInactivityPenaltyDeltas(state).Penalties);
    }

    private static void AssertInfo(JsonElement test, StakeState state)
    {
        var info = test.GetProperty("info");
        Assert.Equal(info.GetProperty("total_active_balance").GetUInt64(), state.GetTotalActiveBalance().Amount);
        Assert.Equal(info.GetProperty("base_reward_per_increment").GetUInt64(), state.GetBaseRewardPerIncrement().Amount);
        Assert.Equal(info.GetProperty("churn_limit").GetUInt64(), state.GetValidatorChurnLimit());
        Assert.Equal(info.GetProperty("is_leaking").GetBoolean(), state.IsInInactivityLeak());
        Assert.Equal(SpecVectors.Indices(info.GetProperty("eligible")),
            Enumerable.Range(0, state.ValidatorCount).Where(state.IsEligibleForRewards));
    }

    private static StakeState PreState(ProofOfStakeSettings settings, JsonElement test)
    {
        var state = SpecVectors.State(settings, test.GetProperty("pre"));
        foreach (var root in test.GetProperty("epoch_boundary_roots").EnumerateObject())
        {
            var slot = new Epoch(ulong.Parse(root.Name, System.Globalization.CultureInfo.InvariantCulture))
                .StartSlot(settings.SlotsPerEpoch);
            state.BlockRoots[slot.Number % settings.SlotsPerHistoricalRoot] = SpecVectors.Hash(root.Value);
        }

        return state;
    }

    private static void AssertEqual(string what, JsonElement expected, Gwei[] got) =>
        Assert.True(expected.EnumerateArray().Select(item => item.GetUInt64()).SequenceEqual(got.Select(gwei => gwei.Amount)),
            $"{what}: got {string.Join(",", got.Select(gwei => gwei.Amount))}");

    private static string Name(JsonElement test) => test.GetProperty("name").GetString()!;
}
