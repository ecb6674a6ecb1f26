namespace Chain.Consensus.Work;

/// <summary>How a proof-of-work seal is checked.</summary>
public enum SealKind
{
    /// <summary>Keccak-256 over seal hash and nonce (docs/consensus/work.md).</summary>
    Keccak,

    /// <summary>No work at all: for simulations only, refused by `node run`.</summary>
    Simulated,
}
