namespace Chain.Consensus.Clique;

/// <summary>What a signer does wrong on a test network, so that people can see what becomes of it.</summary>
public enum CliqueMisbehaviour
{
    None,

    /// <summary>Seals two blocks of one number and shows each to half of its peers.</summary>
    Equivocate,

    /// <summary>Seals out of turn without waiting for the signer in turn.</summary>
    Hurry,

    /// <summary>Holds its blocks back until they are late.</summary>
    Withhold,

    /// <summary>Does nothing.</summary>
    Offline,
}
