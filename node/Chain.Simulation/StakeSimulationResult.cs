using Chain.Primitives;

namespace Chain.Simulation;

/// <summary>One run of <see cref="SimulatedStakeScenario"/>: what came out and the digest of all that happened.</summary>
public sealed record StakeSimulationResult
{
    public required ulong Seed { get; init; }

    /// <summary>Equal for equal seeds.</summary>
    public required Hash256 Trace { get; init; }

    /// <summary>Null when every promise was kept.</summary>
    public required string? Failure { get; init; }

    /// <summary>What the hostile did, in words.</summary>
    public required string Hostile { get; init; }

    public required ulong Height { get; init; }

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

    public required TimeSpan SimulatedTime { get; init; }

    public bool Passed => Failure is null;
}
