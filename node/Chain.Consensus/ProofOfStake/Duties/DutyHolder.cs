using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>A validator that a node acts for. Who signs is the host's matter.</summary>
/// <param name="Key">Its public key.</param>
/// <param name="Reveal">What to reveal in an epoch from the onion that is in effect; null where its commitment is of none of this key's onions.</param>
/// <param name="Misbehaviour">What it does wrong on a test network.</param>
public sealed record DutyHolder(ValidatorKey Key, Func<RandaoOnion, Epoch, Hash256?> Reveal, Misbehaviour Misbehaviour = Misbehaviour.None);

/// <summary>What a validator does wrong on a test network, so that people can see what becomes of it.</summary>
public enum Misbehaviour
{
    None,

    /// <summary>Makes two blocks for its slot and sends both.</summary>
    Equivocate,

    /// <summary>Votes for two blocks in one epoch and sends both votes.</summary>
    DoubleVote,

    /// <summary>Casts a vote whose link spans that of an earlier one.</summary>
    Surround,

    /// <summary>Holds its blocks back for a slot, so that they come late.</summary>
    Withhold,

    /// <summary>Does nothing.</summary>
    Offline,
}
