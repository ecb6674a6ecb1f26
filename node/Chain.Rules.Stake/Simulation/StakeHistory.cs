using Chain.Simulation;

namespace Chain.Rules.Stake;

/// <summary>A history of <see cref="StakeScenario"/>: what became of finality and of the stake.</summary>
public sealed record StakeHistory : SimulatedHistory
{
    /// <summary>What the hostile did, in words.</summary>
    public required string Hostile { get; init; }

    /// <summary>The finalized epoch.</summary>
    public required ulong Finalized { get; init; }

    /// <summary>
    /// How many epochs after healing every node had made an epoch final that was voted for after healing; null where it never
    /// came to that.
    /// </summary>
    public required ulong? EpochsToFinality { get; init; }

    public required int Slashed { get; init; }

    /// <summary>Whether two histories were made final, and proven to be.</summary>
    public required bool IsConflictProven { get; init; }

    /// <summary>Slots through which nodes have lived, added up.</summary>
    public required ulong NodeSlots { get; init; }

    /// <summary>How often a node's head left a block behind that the node had called safe.</summary>
    public required int SafeReverts { get; init; }

    /// <summary>The most such blocks that one head left behind.</summary>
    public required ulong DeepestSafeRevert { get; init; }

    public override string Course => $"{Finality}; hostile: {Hostile}; {Slashed} slashed; {SafeReverts} safe reverts, deepest "
        + $"{DeepestSafeRevert}";

    public override IReadOnlyList<SimulationFact> Facts =>
    [
        new("finalizedEpoch", Finalized),
        new("epochsToFinality", EpochsToFinality),
        new("conflictProven", IsConflictProven),
        new("hostile", Hostile),
        new("slashed", Slashed),
        new("nodeSlots", NodeSlots),
        new("safeReverts", SafeReverts),
        new("deepestSafeRevert", DeepestSafeRevert),
    ];

    private string Finality => IsConflictProven
        ? Passed ? "two histories final, all stopped" : "two histories final"
        : EpochsToFinality is { } epochs ? $"final again after {epochs} epochs" : "not final again";
}
