using Chain.Primitives;

namespace Chain.Node;

/// <summary>The answer to one request.</summary>
public abstract record NodeReply
{
    private NodeReply()
    {
    }

    /// <summary>A transaction is in the pool (error null), or why not.</summary>
    public sealed record Submitted(Hash256 Hash, PoolError? Error) : NodeReply;

    /// <summary>The current template, or null with the reason why there is none (syncing, not mining).</summary>
    /// <param name="IsForGood">Whether there will never be one: the rule has no miners.</param>
    public sealed record Work(WorkPackage? Package, string? WhyNone, bool IsForGood = false) : NodeReply;

    public sealed record WorkSubmitted(WorkVerdict Verdict, Hash256? BlockHash) : NodeReply;

    /// <summary>A message of the consensus rule was taken (error null), or why not.</summary>
    public sealed record ConsensusSubmitted(string? Error) : NodeReply;

    /// <summary>How many blocks were imported, and why it ended before the last one if it did.</summary>
    public sealed record Imported(int Count, string? Error) : NodeReply;
}

/// <summary>Work for a miner (docs/consensus/work.md): find a nonce with keccak256(SealHash ‖ nonce) at most Target.</summary>
public sealed record WorkPackage(Hash256 SealHash, UInt256 Target, ulong Number);

public enum WorkVerdict
{
    Accepted,

    /// <summary>The template is no longer on the head, or too old to be remembered.</summary>
    Stale,

    /// <summary>The same solution was handed in before.</summary>
    Duplicate,

    /// <summary>The nonce does not meet the target.</summary>
    Invalid,
}
