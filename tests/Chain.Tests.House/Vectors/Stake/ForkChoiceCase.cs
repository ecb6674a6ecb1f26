using System.Text.Json;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// One case of the fork_choice or fast_confirmation vectors: a store from its anchor, and the steps that it is judged by.
/// </summary>
internal sealed class ForkChoiceCase
{
    private readonly string _name;
    private readonly JsonElement _test;
    private readonly List<CheckpointBalances> _registries;
    private readonly Dictionary<string, int> _checkpointRegistry;

    public ForkChoiceCase(ProofOfStakeSettings settings, JsonElement test)
    {
        _test = test;
        _name = test.GetProperty("name").GetString()!;
        _registries = [.. test.GetProperty("registries").EnumerateArray().Select(Registry)];
        _checkpointRegistry = test.GetProperty("checkpoint_registry").EnumerateObject().ToDictionary(entry => entry.Name,
            entry => entry.Value.GetInt32());
        var anchor = test.GetProperty("anchor");
        var justified = SpecVectors.Checkpoint(anchor.GetProperty("state_justified"));
        var finalized = SpecVectors.Checkpoint(anchor.GetProperty("state_finalized"));
        Store = new StakeForkChoice(
            settings,
            Seconds(anchor.GetProperty("genesis_time")),
            new StakeForkChoiceBlock(
                SpecVectors.Hash(anchor.GetProperty("root")),
                SpecVectors.Hash(anchor.GetProperty("parent")),
                new Slot(anchor.GetProperty("slot").GetUInt64()),
                anchor.GetProperty("proposer").GetInt32(),
                justified,
                finalized,
                justified,
                finalized),
            checkpoint => OfKey($"{checkpoint.Epoch.Number}:{checkpoint.Root}"));
    }

    public StakeForkChoice Store { get; }

    public string Name => _name;

    public CheckpointBalances OfKey(string key) => _registries[_checkpointRegistry[key]];

    public CheckpointBalances RegistryAt(int index) => _registries[index];

    /// <summary>Runs all steps; those of no fork choice go to <paramref name="other"/>.</summary>
    public void Run(Action<JsonElement>? other = null)
    {
        var number = 0;
        foreach (var step in _test.GetProperty("steps").EnumerateArray())
        {
            try
            {
                Apply(step, other);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{_name}, step {number} {step.GetRawText()}: {e.Message}", e);
            }

            number++;
        }
    }

    private void Apply(JsonElement step, Action<JsonElement>? other)
    {
        switch (step.GetProperty("op").GetString())
        {
            case "tick":
                Store.OnTick(Seconds(step.GetProperty("time")));
                Assert.Equal(step.GetProperty("slot").GetUInt64(), Store.CurrentSlot.Number);
                break;
            case "block": Block(step); break;
            case "attestation":
                var validators = step.GetProperty("validators");
                AssertVerdict(step,
                    Reason(Store.OnAttestation(validators.ValueKind == JsonValueKind.Null ? [] : SpecVectors.Indices(validators),
                        Data(step), step.GetProperty("from_block").GetBoolean())));
                break;
            case "attester_slashing": Slashing(step); break;
            case "proposer_head": AssertProposerHead(step); break;
            case "checks": AssertChecks(step); break;
            default:
                Assert.NotNull(other);
                other(step);
                break;
        }
    }

    private void Block(JsonElement step)
    {
        // A body that is invalid is found out before the fork choice hears of the block.
        if (step.TryGetProperty("reason", out var reason) && reason.GetString() == "state_transition") return;
        var hasCheckpoints = step.TryGetProperty("justified", out _);
        Checkpoint Of(string name) => hasCheckpoints ? SpecVectors.Checkpoint(step.GetProperty(name)) : default;
        var block = new StakeForkChoiceBlock(
            SpecVectors.Hash(step.GetProperty("root")),
            SpecVectors.Hash(step.GetProperty("parent")),
            new Slot(step.GetProperty("slot").GetUInt64()),
            step.GetProperty("proposer").GetInt32(),
            Of("justified"),
            Of("finalized"),
            Of("unrealized_justified"),
            Of("unrealized_finalized"));
        var isKnown = Store.Contains(block.Root);
        AssertVerdict(step, isKnown ? "already_known" : Reason(Store.OnBlock(block)));
        if (step.TryGetProperty("timely", out var timely) && !isKnown)
            Assert.Equal(timely.GetBoolean(), Store.Tree[Store.Tree.Find(block.Root)].IsTimely);
    }

    private void Slashing(JsonElement step)
    {
        var slashing = new AttesterSlashing(Indexed(step.GetProperty("attestation_1")),
            Indexed(step.GetProperty("attestation_2")));
        var registry = StakeState.Empty(Store.Settings);
        registry.Identities = new ValidatorIdentity[_test.GetProperty("anchor").GetProperty("validator_count").GetInt32()];
        var reason = SlashingProcessing.CheckAttesterSlashing(registry, slashing) switch
        {
            null => "valid",
            StakeError.VotesNotSlashable => "not_slashable",
            StakeError.InvalidIndexedAttestation => "indexed_attestation",
            var other => other.ToString(),
        };
        AssertVerdict(step, reason);
        if (reason != "valid") return;
        Assert.Equal(SpecVectors.Indices(step.GetProperty("indices")), slashing.CommonIndices());
        Store.OnEquivocation(slashing.CommonIndices());
    }

    private void AssertProposerHead(JsonElement step)
    {
        var decision = ProposerHead.Get(
            Store,
            SpecVectors.Hash(step.GetProperty("head")),
            new Slot(step.GetProperty("slot").GetUInt64()),
            step.TryGetProperty("head_slot_committee", out var committee) ? SpecVectors.Indices(committee) : []);
        Assert.Equal(step.GetProperty("valid").GetBoolean(), decision is not null);
        if (decision is null) return;
        Assert.Equal(SpecVectors.Hash(step.GetProperty("result")), decision.Root);
        foreach (var flag in step.GetProperty("flags").EnumerateObject())
        {
            var got = flag.Name switch
            {
                "head_late" => decision.HeadLate,
                "not_epoch_boundary" => decision.NotEpochBoundary,
                "ffg_competitive" => decision.FfgCompetitive,
                "finalization_ok" => decision.FinalizationOk,
                "proposing_on_time" => decision.ProposingOnTime,
                "parent_slot_ok" => decision.ParentSlotOk,
                "current_time_ok" => decision.CurrentTimeOk,
                "head_weak" => decision.HeadWeak,
                "parent_strong" => decision.ParentStrong,
                "proposer_equivocation" => decision.ProposerEquivocation,
                _ => throw new InvalidOperationException($"Unknown condition '{flag.Name}'."),
            };
            Assert.True(flag.Value.GetBoolean() == got, $"{flag.Name} is {got}.");
        }
    }

    private void AssertChecks(JsonElement step)
    {
        var head = Store.FindHead();
        Assert.Equal(SpecVectors.Hash(step.GetProperty("head").GetProperty("root")), head);
        Assert.Equal(step.GetProperty("head").GetProperty("slot").GetUInt64(),
            Store.Tree[Store.Tree.Find(head)].Block.Slot.Number);
        Assert.Equal(SpecVectors.Checkpoint(step.GetProperty("justified")), Store.Justified);
        Assert.Equal(SpecVectors.Checkpoint(step.GetProperty("finalized")), Store.Finalized);
        Assert.Equal(SpecVectors.Checkpoint(step.GetProperty("unrealized_justified")), Store.UnrealizedJustified);
        Assert.Equal(SpecVectors.Checkpoint(step.GetProperty("unrealized_finalized")), Store.UnrealizedFinalized);
        Assert.Equal(SpecVectors.Hash(step.GetProperty("proposer_boost_root")), Store.ProposerBoostRoot);
    }

    private static void AssertVerdict(JsonElement step, string? got)
    {
        var isValid = step.GetProperty("valid").GetBoolean();
        var expected = step.TryGetProperty("reason", out var reason) ? reason.GetString() : "valid";
        Assert.Equal(isValid, got is "valid" or "already_known");
        Assert.Equal(expected, got);
    }

    private static string? Reason(ForkChoiceError? error) => error switch
    {
        null => "valid",
        ForkChoiceError.UnknownParent => "unknown_parent",
        ForkChoiceError.FutureSlot => "future_slot",
        ForkChoiceError.NotLaterThanFinalizedSlot => "not_later_than_finalized_slot",
        ForkChoiceError.NotDescendantOfFinalized => "not_descendant_of_finalized",
        ForkChoiceError.TargetEpochNotCurrentOrPrevious => "target_epoch_not_current_or_previous",
        ForkChoiceError.TargetEpochSlotMismatch => "target_epoch_slot_mismatch",
        ForkChoiceError.UnknownTarget => "unknown_target",
        ForkChoiceError.UnknownBlock => "unknown_block",
        ForkChoiceError.BlockAfterAttestationSlot => "block_after_attestation_slot",
        ForkChoiceError.LmdFfgInconsistent => "lmd_ffg_inconsistent",
        ForkChoiceError.AttestationSlotNotPast => "attestation_slot_not_past",
        _ => error.ToString(),
    };

    private static CheckpointBalances Registry(JsonElement json)
    {
        var balances =
            json.GetProperty("effective_balances").EnumerateArray().Select(item => new Gwei(item.GetUInt64())).ToArray();
        var isActive = Enumerable.Repeat(true, balances.Length).ToArray();
        var isSlashed = new bool[balances.Length];
        foreach (var index in SpecVectors.Indices(json.GetProperty("inactive"))) isActive[index] = false;
        foreach (var index in SpecVectors.Indices(json.GetProperty("slashed"))) isSlashed[index] = true;
        return new CheckpointBalances(balances, isActive, isSlashed,
            new Gwei(json.GetProperty("total_active_balance").GetUInt64()));
    }

    private static IndexedAttestation Indexed(JsonElement json)
    {
        var indices = SpecVectors.Indices(json.GetProperty("validators"));
        return new IndexedAttestation(indices, Data(json), new Signature[indices.Length]);
    }

    private static AttestationData Data(JsonElement json) => new(
        new Slot(json.GetProperty("slot").GetUInt64()),
        json.GetProperty("index").GetUInt64(),
        SpecVectors.Hash(json.GetProperty("beacon_block_root")),
        SpecVectors.Checkpoint(json.GetProperty("source")),
        SpecVectors.Checkpoint(json.GetProperty("target")));

    private static At Seconds(JsonElement json) => new((long)json.GetUInt64() * 1000);
}
