namespace Chain.Primitives;

/// <summary>EIP-2124: the CRC32 over genesis hash and past forks, big-endian, and the next fork (0 for none).</summary>
public readonly record struct ForkId(uint Hash, ulong Next);
