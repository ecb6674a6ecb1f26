using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// SHA-256 (FIPS 180-4) of eight 32-byte values side by side, again and again: what the commitments of many RANDAO onions are
/// made of. A value of 32 bytes is one padded block, so one step is one compression. Runs anywhere, in software where there are
/// no vectors.
/// </summary>
internal static class Sha256Lanes
{
    /// <summary>How many values are hashed at once.</summary>
    public const int Count = 8;

    private static ReadOnlySpan<uint> InitialState =>
        [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Replaces each of <see cref="Count"/> values by H^steps of it.</summary>
    public static void Iterate(Span<Hash256> values, ulong steps)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, Count);
        Span<Vector256<uint>> words = stackalloc Vector256<uint>[8];
        for (var word = 0; word < words.Length; word++)
        {
            for (var lane = 0; lane < Count; lane++)
                words[word] =
                    words[word].WithElement(lane, BinaryPrimitives.ReadUInt32BigEndian(values[lane].Bytes[(4 * word)..]));
        }

        for (; steps > 0; steps--) Compress(words);

        Span<byte> bytes = stackalloc byte[Hash256.Size];
        for (var lane = 0; lane < Count; lane++)
        {
            for (var word = 0; word < words.Length; word++)
                BinaryPrimitives.WriteUInt32BigEndian(bytes[(4 * word)..], words[word].GetElement(lane));
            values[lane] = new Hash256(bytes);
        }
    }

    /// <summary>One digest of each lane, in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compress(Span<Vector256<uint>> words)
    {
        Span<Vector256<uint>> w = stackalloc Vector256<uint>[64];
        words.CopyTo(w);
        w[8] = Vector256.Create(0x80000000u);
        w[15] = Vector256.Create(8u * Hash256.Size);
        for (var t = 16; t < w.Length; t++) w[t] = SmallSigma1(w[t - 2]) + w[t - 7] + SmallSigma0(w[t - 15]) + w[t - 16];

        var initial = InitialState;
        var a = Vector256.Create(initial[0]);
        var b = Vector256.Create(initial[1]);
        var c = Vector256.Create(initial[2]);
        var d = Vector256.Create(initial[3]);
        var e = Vector256.Create(initial[4]);
        var f = Vector256.Create(initial[5]);
        var g = Vector256.Create(initial[6]);
        var h = Vector256.Create(initial[7]);
        var k = RoundConstants;
        for (var t = 0; t < w.Length; t += 8)
        {
            Round(a, b, c, ref d, e, f, g, ref h, Vector256.Create(k[t]) + w[t]);
            Round(h, a, b, ref c, d, e, f, ref g, Vector256.Create(k[t + 1]) + w[t + 1]);
            Round(g, h, a, ref b, c, d, e, ref f, Vector256.Create(k[t + 2]) + w[t + 2]);
            Round(f, g, h, ref a, b, c, d, ref e, Vector256.Create(k[t + 3]) + w[t + 3]);
            Round(e, f, g, ref h, a, b, c, ref d, Vector256.Create(k[t + 4]) + w[t + 4]);
            Round(d, e, f, ref g, h, a, b, ref c, Vector256.Create(k[t + 5]) + w[t + 5]);
            Round(c, d, e, ref f, g, h, a, ref b, Vector256.Create(k[t + 6]) + w[t + 6]);
            Round(b, c, d, ref e, f, g, h, ref a, Vector256.Create(k[t + 7]) + w[t + 7]);
        }

        words[0] = a + Vector256.Create(initial[0]);
        words[1] = b + Vector256.Create(initial[1]);
        words[2] = c + Vector256.Create(initial[2]);
        words[3] = d + Vector256.Create(initial[3]);
        words[4] = e + Vector256.Create(initial[4]);
        words[5] = f + Vector256.Create(initial[5]);
        words[6] = g + Vector256.Create(initial[6]);
        words[7] = h + Vector256.Create(initial[7]);
    }

    // A round leaves the working variables where they are: the next one names them one further instead.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector256<uint> a, Vector256<uint> b, Vector256<uint> c, ref Vector256<uint> d,
        Vector256<uint> e, Vector256<uint> f, Vector256<uint> g, ref Vector256<uint> h, Vector256<uint> constantAndWord)
    {
        var t1 = h + BigSigma1(e) + (g ^ (e & (f ^ g))) + constantAndWord;
        d += t1;
        h = t1 + BigSigma0(a) + ((a & b) ^ (a & c) ^ (b & c));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> BigSigma0(Vector256<uint> x) => RotateRight(x, 2) ^ RotateRight(x, 13) ^ RotateRight(x, 22);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> BigSigma1(Vector256<uint> x) => RotateRight(x, 6) ^ RotateRight(x, 11) ^ RotateRight(x, 25);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> SmallSigma0(Vector256<uint> x) => RotateRight(x, 7) ^ RotateRight(x, 18) ^ (x >>> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> SmallSigma1(Vector256<uint> x) => RotateRight(x, 17) ^ RotateRight(x, 19) ^ (x >>> 10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> RotateRight(Vector256<uint> x, [ConstantExpected(Max = (byte)31)] byte count) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateRight(x, count) : (x >>> count) | (x << (32 - count));
}
