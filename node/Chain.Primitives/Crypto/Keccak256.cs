using System.Runtime.InteropServices;

namespace Chain.Primitives;

/// <summary>
/// Keccak-256 as Ethereum uses it: the sponge of the Keccak submission with rate 136 and padding 0x01 (not SHA3's 0x06).
/// </summary>
public static class Keccak256
{
    private const int Rate = 136;

    /// <summary>The hash of no bytes.</summary>
    public static readonly Hash256 Empty = Hash([]);

    /// <summary>The hash of these bytes. Allocates nothing.</summary>
    public static Hash256 Hash(ReadOnlySpan<byte> data)
    {
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        var stateBytes = MemoryMarshal.AsBytes(state);
        while (data.Length >= Rate)
        {
            Absorb(state, data[..Rate]);
            KeccakF1600.Permute(state);
            data = data[Rate..];
        }

        Absorb(state, data);
        for (var i = data.Length & ~7; i < data.Length; i++) stateBytes[i] ^= data[i];
        stateBytes[data.Length] ^= 0x01;
        stateBytes[Rate - 1] ^= 0x80;
        KeccakF1600.Permute(state);
        return new Hash256(stateBytes[..32]);
    }

    // The whole words of a block; lanes are little-endian, as every processor that .NET serves.
    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(block);
        for (var i = 0; i < words.Length; i++) state[i] ^= words[i];
    }
}
