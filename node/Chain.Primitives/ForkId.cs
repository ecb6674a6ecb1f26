namespace Chain.Primitives;

/// <summary>EIP-2124: the CRC32 over genesis hash and past forks, big-endian, and the next fork (0 for none).</summary>
public readonly record struct ForkId(uint Hash, ulong Next)
{
    /// <summary>The identifier of a chain all of whose forks are at its genesis.</summary>
    public static ForkId OfGenesis(Hash256 genesis) => new(Crc32(genesis.Bytes), 0);

    // CRC-32 (IEEE 802.3), bit by bit: 32 bytes once per start.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
        }

        return ~crc;
    }
}
