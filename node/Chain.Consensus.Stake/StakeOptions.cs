namespace Chain.Consensus.Stake;

/// <summary>How one node takes part in proof of stake, beside what all nodes agree on.</summary>
public sealed record StakeOptions
{
    /// <summary>
    /// How signatures of the rule's own messages are checked; a host gives one that remembers what other cores found out.
    /// </summary>
    public ISignatureVerifier Signatures { get; init; } = DirectVerifier.Instance;

    /// <summary>
    /// A checkpoint that any chain must contain to be followed, as "EPOCH:BLOCK-HASH" names it; null trusts genesis alone.
    /// </summary>
    public Checkpoint? TrustedCheckpoint { get; init; }
}
