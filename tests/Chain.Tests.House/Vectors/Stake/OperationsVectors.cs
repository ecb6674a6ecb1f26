using System.Globalization;
using System.Text.Json;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class OperationsVectors
{
    private static readonly StakeDomain Domain = new(Hash256.Zero);

    [VectorFact]
    [ReadsVectors("consensus-specs-operations")]
    public void Operations_change_the_registry_as_the_executable_spec_does_and_fail_for_its_reasons()
    {
        var (settings, document) = SpecVectors.Open("consensus-specs-operations");
        using (document)
        {
            var cases = document.RootElement.GetProperty("cases").EnumerateArray().ToList();
            Assert.NotEmpty(cases);
            foreach (var test in cases) Judge(settings, test);
        }
    }

    private static void Judge(ProofOfStakeSettings settings, JsonElement test)
    {
        var name = test.GetProperty("name").GetString()!;
        var hasAddress = test.TryGetProperty("address_credential", out var credentials)
            ? SpecVectors.Indices(credentials).ToHashSet()
            : null;
        var pre = SpecVectors.State(settings, test.GetProperty("pre"), hasAddress);
        pre.Committees.AddProposer(pre.Slot, test.GetProperty("proposer_index").GetInt32());
        var state = pre.Clone();
        var input = test.GetProperty("input");
        var checks = new SignatureChecks(Domain);
        var error = test.GetProperty("op").GetString() switch
        {
            "slash_validator" => Slash(state, input),
            "proposer_slashing" => SlashingProcessing.ProcessProposerSlashing(state, ProposerSlashing(input), checks),
            "attester_slashing" => SlashingProcessing.ProcessAttesterSlashing(state, AttesterSlashing(input), checks),
            "voluntary_exit" => VoluntaryExits.ProcessVoluntaryExit(state, Exit(input), checks),
            "attestation" => Attest(state, test, input, checks),
            "withdrawals" => Withdraw(name, state, test, input),
            var other => throw new InvalidOperationException($"Unknown operation '{other}'."),
        };

        var expectedReason = test.GetProperty("valid").GetBoolean() ? "valid" : test.GetProperty("reason").GetString();
        Assert.True(expectedReason == Reason(error), $"{name}: expected {expectedReason}, got {error}");
        using var nothing = JsonDocument.Parse("{}");
        SpecVectors.AssertChanged(name, pre, error is null ? test.GetProperty("changed") : nothing.RootElement, state);
    }

    private static StakeError? Slash(StakeState state, JsonElement input)
    {
        var whistleblower = input.GetProperty("whistleblower");
        SlashingProcessing.SlashValidator(
            state,
            input.GetProperty("index").GetInt32(),
            state.Settings.DoubleVotePenaltyPpm,
            whistleblower.ValueKind == JsonValueKind.Null ? null : whistleblower.GetInt32());
        return null;
    }

    private static StakeError? Attest(StakeState state, JsonElement test, JsonElement input, SignatureChecks checks)
    {
        var data = Data(input);
        foreach (var root in test.GetProperty("block_roots").EnumerateObject())
        {
            state.BlockRoots[ulong.Parse(root.Name, CultureInfo.InvariantCulture) % state.Settings.SlotsPerHistoricalRoot] =
                SpecVectors.Hash(root.Value);
        }

        PlaceCommittee(state, data, SpecVectors.Indices(test.GetProperty("committee")),
            test.GetProperty("committees_per_slot").GetUInt64());
        var bits = new Bitlist([.. input.GetProperty("aggregation_bits").EnumerateArray().Select(bit => bit.GetInt32() != 0)]);
        var attestation = new Attestation(data, bits, new Signature[bits.Count()]);
        var error = AttestationProcessing.ProcessAttestation(state, attestation, checks);
        if (error is not null) return error;
        var flags = SpecVectors.Indices(test.GetProperty("flags_granted")).Aggregate(ParticipationFlags.None,
            (all, flag) => all | (ParticipationFlags)(1 << flag));
        Assert.Equal(flags, AttestationProcessing.GetParticipationFlags(state, data));
        Assert.Equal(test.GetProperty("attesters").GetArrayLength(), checks.All.Count);
        Assert.Equal(test.GetProperty("base_reward_per_increment").GetUInt64(), state.GetBaseRewardPerIncrement().Amount);
        return null;
    }

    /// <summary>The vector gives one committee; the rest of the shuffling is filled up with the others that are active.</summary>
    private static void PlaceCommittee(StakeState state, AttestationData data, int[] committee, ulong committeesPerSlot)
    {
        var slotsPerEpoch = state.Settings.SlotsPerEpoch;
        var epoch = data.Slot.ToEpoch(slotsPerEpoch);
        var active = state.GetActiveValidatorIndices(epoch);
        var index = ((data.Slot.Number % slotsPerEpoch) * committeesPerSlot) + data.Index;
        var start = (int)((ulong)active.Length * index / (committeesPerSlot * slotsPerEpoch));
        var shuffled = active.Except(committee).ToList();
        shuffled.InsertRange(Math.Min(start, shuffled.Count), committee);
        var proposer = state.GetBeaconProposerIndex();
        state.Committees = new CommitteeCache();
        state.Committees.Add(new Shuffling(epoch, [.. shuffled], committeesPerSlot, slotsPerEpoch));
        state.Committees.AddProposer(state.Slot, proposer);
    }

    private static StakeError? Withdraw(string name, StakeState state, JsonElement test, JsonElement input)
    {
        var expected = Withdrawals(test.GetProperty("expected_withdrawals"));
        Assert.True(expected.SequenceEqual(Chain.Consensus.Stake.Withdrawals.GetExpectedWithdrawals(state)),
            $"{name}: other withdrawals are expected.");
        return Consensus.Stake.Withdrawals.ProcessWithdrawals(state, Withdrawals(input.GetProperty("payload_withdrawals")));
    }

    private static List<Withdrawal> Withdrawals(JsonElement json) => [.. json.EnumerateArray().Select(item => new Withdrawal(
        item.GetProperty("index").GetUInt64(),
        item.GetProperty("validator_index").GetUInt64(),
        Address.Parse(item.GetProperty("address").GetString()!),
        item.GetProperty("amount").GetUInt64()))];

    private static ProposerSlashing ProposerSlashing(JsonElement input) =>
        new(Proposal(input.GetProperty("header_1")), Proposal(input.GetProperty("header_2")));

    private static SignedProposal Proposal(JsonElement header) =>
        new(new Slot(header.GetProperty("slot").GetUInt64()), Index(header.GetProperty("proposer_index")),
            SpecVectors.Hash(header.GetProperty("root")), default);

    private static AttesterSlashing AttesterSlashing(JsonElement input) =>
        new(Indexed(input.GetProperty("attestation_1")), Indexed(input.GetProperty("attestation_2")));

    private static IndexedAttestation Indexed(JsonElement json)
    {
        var indices = SpecVectors.Indices(json.GetProperty("validators"));
        return new IndexedAttestation(indices, Data(json), new Signature[indices.Length]);
    }

    private static AttestationData Data(JsonElement json) => new(
        new Slot(json.GetProperty("slot").GetUInt64()),
        json.TryGetProperty("index", out var index) ? index.GetUInt64() : 0,
        SpecVectors.Hash(json.GetProperty("beacon_block_root")),
        SpecVectors.Checkpoint(json.GetProperty("source")),
        SpecVectors.Checkpoint(json.GetProperty("target")));

    private static SignedVoluntaryExit Exit(JsonElement input) =>
        new(new Epoch(input.GetProperty("epoch").GetUInt64()), Index(input.GetProperty("validator_index")), default);

    /// <summary>Indices that no int holds stand for any that no registry holds.</summary>
    private static int Index(JsonElement json) => (int)Math.Min(json.GetUInt64(), int.MaxValue);

    private static string Reason(StakeError? error) => error switch
    {
        null => "valid",
        StakeError.IncludedTooEarly => "too_early",
        StakeError.IncludedTooLate => "too_late",
        StakeError.WrongCommitteeSize => "aggregation_bits_length",
        StakeError.NoAttesters => "no_attesters",
        StakeError.TargetEpochSlotMismatch => "target_epoch_slot_mismatch",
        StakeError.TargetEpochNotCurrentOrPrevious => "target_epoch_not_current_or_previous",
        StakeError.WrongSource => "source_mismatch",
        StakeError.ValidatorNotSlashable => "not_slashable_validator",
        StakeError.ProposalSlotsDiffer => "slots_differ",
        StakeError.ProposersDiffer => "proposers_differ",
        StakeError.ProposalsEqual => "headers_equal",
        StakeError.IndexOutOfRange => "index_out_of_range",
        StakeError.VotesNotSlashable => "not_slashable_data",
        StakeError.NoValidatorSlashed => "no_validator_slashed",
        StakeError.InvalidIndexedAttestation invalid => $"invalid_indexed_attestation_{invalid.Number}",
        StakeError.ValidatorNotActive => "not_active",
        StakeError.AlreadyExiting => "already_exiting",
        StakeError.NotActiveLongEnough => "not_active_long_enough",
        StakeError.WrongWithdrawals => "withdrawals_mismatch",
        _ => error.ToString(),
    };
}
