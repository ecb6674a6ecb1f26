namespace Chain.Primitives;

/// <summary>An account that exists from the start.</summary>
public sealed record GenesisAccount(
    UInt256 Balance,
    ulong Nonce,
    ReadOnlyMemory<byte> Code,
    IReadOnlyList<KeyValuePair<Hash256, UInt256>> Storage);

/// <summary>A parsed genesis file: geth's JSON with our settings under `config.chain`.</summary>
public sealed record GenesisFile
{
    public required ChainSpec Spec { get; init; }

    public required UInt256 Difficulty { get; init; }

    public required ulong GasLimit { get; init; }

    /// <summary>Seconds since 1970-01-01 UTC.</summary>
    public required ulong Timestamp { get; init; }

    public ReadOnlyMemory<byte> ExtraData { get; init; } = ReadOnlyMemory<byte>.Empty;

    public ulong Nonce { get; init; }

    public Hash256 MixHash { get; init; }

    public Address Beneficiary { get; init; }

    /// <summary>Wei per gas; 1 gwei unless the file says otherwise.</summary>
    public UInt256 BaseFeePerGas { get; init; } = 1_000_000_000;

    /// <summary>In ascending order of address.</summary>
    public required IReadOnlyList<KeyValuePair<Address, GenesisAccount>> Alloc { get; init; }
}
