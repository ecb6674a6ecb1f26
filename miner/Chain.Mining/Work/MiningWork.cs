using Chain.Primitives;

namespace Chain.Mining;

/// <summary>A template's search: what `eth_getWork` gives and the `newWork` subscription pushes.</summary>
/// <param name="Job">Seal hash and target.</param>
/// <param name="BlockNumber">The height of the block to be.</param>
public readonly record struct MiningWork(SearchJob Job, ulong BlockNumber)
{
    /// <summary>Reads [seal hash, zero hash, target, block number]; the number may be missing, as in older nodes.</summary>
    /// <exception cref="FormatException">Not that.</exception>
    internal static MiningWork Parse(IReadOnlyList<string>? fields)
    {
        if (fields is not { Count: 3 or 4 })
            throw new FormatException($"Work has {fields?.Count ?? 0} fields; expected seal hash, zero hash, target, block "
                + $"number.");
        var job = new SearchJob(Hash256.Parse(fields[0]), Hash256.Parse(fields[2]).ToUInt256());
        return new MiningWork(job, fields.Count == 4 ? (ulong)UInt256.Parse(fields[3]) : 0);
    }
}

/// <summary>What a node said to a solution.</summary>
public abstract record SubmitOutcome
{
    private SubmitOutcome()
    {
    }

    public sealed record Accepted : SubmitOutcome;

    /// <summary>The template is no longer on the node's head.</summary>
    public sealed record Stale : SubmitOutcome;

    /// <summary>The node had this solution already.</summary>
    public sealed record Duplicate : SubmitOutcome;

    public sealed record Rejected(string Reason) : SubmitOutcome;

    /// <summary>No node could be reached in time.</summary>
    public sealed record Lost(string Reason) : SubmitOutcome;
}
