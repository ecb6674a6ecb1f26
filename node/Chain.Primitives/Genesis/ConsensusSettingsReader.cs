namespace Chain.Primitives;

/// <summary>How a genesis file names a consensus rule, and how its settings are read.</summary>
public abstract class ConsensusSettingsReader
{
    /// <summary>What `config.chain.consensus` says: "proof-of-work".</summary>
    public abstract string Name { get; }

    /// <summary>The genesis block's difficulty where the file does not give it.</summary>
    public abstract UInt256 DefaultDifficulty { get; }

    /// <summary>Reads the fields of `config.chain` that belong to the rule.</summary>
    /// <exception cref="GenesisException">A field that is missing or out of its range.</exception>
    public abstract ConsensusSettings Read(GenesisSection chain);

    /// <summary>Checks what the rule asks of the genesis block itself.</summary>
    /// <exception cref="GenesisException">A value with which the rule cannot work.</exception>
    public abstract void Check(GenesisFile genesis);
}
