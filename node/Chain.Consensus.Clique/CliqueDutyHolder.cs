using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>A signer that a node acts for.</summary>
/// <param name="Key">Its public key.</param>
/// <param name="Misbehaviour">What it does wrong on a test network.</param>
public sealed record CliqueDutyHolder(ValidatorKey Key, CliqueMisbehaviour Misbehaviour = CliqueMisbehaviour.None)
    : DutyHolder(Key)
{
    /// <summary>The account that the key belongs to, by which the rule knows it.</summary>
    public Address Account { get; } = Address.FromPublicKey(Key.Bytes);
}
