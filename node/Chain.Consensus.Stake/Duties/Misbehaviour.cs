namespace Chain.Consensus.Stake;

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
