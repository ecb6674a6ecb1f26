using System.Globalization;
using System.Text.Json;
using Chain.Consensus.Stake;

namespace Chain.Tests;

public sealed class FastConfirmationVectors
{
    [VectorFact]
    [ReadsVectors("consensus-specs-fast-confirmation")]
    public void The_rule_confirms_what_the_executable_spec_confirms_in_every_recorded_case()
    {
        var (settings, document) = SpecVectors.Open("consensus-specs-fast-confirmation");
        using (document)
        {
            var cases = document.RootElement.GetProperty("cases").EnumerateArray().ToList();
            Assert.NotEmpty(cases);
            foreach (var test in cases) Judge(settings, test);
        }
    }

    private static void Judge(ProofOfStakeSettings settings, JsonElement test)
    {
        var run = new ForkChoiceCase(settings, test);
        var slotCommittees = test.GetProperty("slot_committees").EnumerateArray().Select(SpecVectors.Indices).ToList();
        JsonElement step = default;
        var states = new FastConfirmationStates(
            checkpoint => run.OfKey($"{checkpoint.Epoch.Number}:{checkpoint.Root}"),
            _ => run.RegistryAt(step.GetProperty("pulled_up_head_registry").GetInt32()),
            (_, slot) =>
                slotCommittees[step.GetProperty(
                    "committees").GetProperty(slot.Number.ToString(CultureInfo.InvariantCulture)).GetInt32()]);
        var rule = new FastConfirmation(run.Store, states, new EstimatedSpanWeights(settings));
        run.Run(current =>
        {
            Assert.Equal("fast_confirmation", current.GetProperty("op").GetString());
            step = current;
            Assert.Equal(step.GetProperty("slot").GetUInt64(), run.Store.CurrentSlot.Number);
            rule.OnFastConfirmation();
            var result = step.GetProperty("result");
            Assert.Equal(SpecVectors.Checkpoint(result.GetProperty("previous_epoch_observed_justified")),
                rule.PreviousEpochObservedJustified);
            Assert.Equal(SpecVectors.Checkpoint(result.GetProperty("current_epoch_observed_justified")),
                rule.CurrentEpochObservedJustified);
            Assert.Equal(SpecVectors.Checkpoint(result.GetProperty("previous_epoch_greatest_unrealized")),
                rule.PreviousEpochGreatestUnrealized);
            Assert.Equal(SpecVectors.Hash(result.GetProperty("previous_slot_head")), rule.PreviousSlotHead);
            Assert.Equal(SpecVectors.Hash(result.GetProperty("current_slot_head")), rule.CurrentSlotHead);
            Assert.Equal(SpecVectors.Hash(result.GetProperty("confirmed_root")), rule.ConfirmedRoot);
        });
    }
}
