using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>
/// The messages of a rule as RLP, in a devp2p capability of their own. The numbers 1 to 3 of the capability are a block with its
/// sidecar, a question for sidecars and its answer, which are the node's matter; the others are the rule's.
/// </summary>
public abstract class ConsensusCodec
{
    /// <summary>The capability's name, at most 8 ASCII letters: "stake".</summary>
    public abstract string Capability { get; }

    public abstract int Version { get; }

    /// <summary>The numbers that the capability occupies beside others, those of the node included.</summary>
    public abstract int MessageCount { get; }

    /// <summary>A message's number within the capability.</summary>
    public abstract int IdOf(ConsensusMessage message);

    /// <summary>What the message with this number is called; null where there is none.</summary>
    public abstract string? NameOf(int id);

    /// <summary>The most bytes of a message with this number; zero where there is none.</summary>
    public abstract int MaxBytes(int id);

    /// <summary>
    /// What a message makes a node do before it can say anything of it, in lookups (about ten microseconds of one core).
    /// </summary>
    public abstract long CostOf(ConsensusMessage message);

    /// <summary>Writes the items of an open list.</summary>
    public abstract void Write(ConsensusMessage message, RlpWriter rlp);

    /// <summary>Reads the items of a list whose length was checked against <see cref="MaxBytes"/>.</summary>
    /// <exception cref="RlpException">Not such a message.</exception>
    public abstract ConsensusMessage Read(int id, ref RlpReader rlp);
}
