using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Chain.Mining;

/// <summary>Four nonces in a 256-bit register with AVX2: no rotate (two shifts and an or, one shuffle where whole bytes move),
/// no ternary logic. Runs anywhere, in software where there is no AVX2.</summary>
internal readonly struct Vector256Ops : ILaneOps<Vector256<ulong>>
{
    public static int Lanes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Broadcast(ulong word) => Vector256.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> a, Vector256<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor3(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) => a ^ b ^ c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ThetaEffect(Vector256<ulong> c, Vector256<ulong> r) => c ^ r;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Theta(Vector256<ulong> a, Vector256<ulong> c, Vector256<ulong> r, Vector256<ulong> d) => a ^ d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Chi(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) => a ^ Vector256.AndNot(c, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> RotateLeft(Vector256<ulong> a, [ConstantExpected(Max = (byte)63)] byte count)
    {
        if (Avx2.IsSupported && count == 8) return Avx2.Shuffle(a.AsByte(), RotateBy8).AsUInt64();
        if (Avx2.IsSupported && count == 56) return Avx2.Shuffle(a.AsByte(), RotateBy56).AsUInt64();
        return (a << count) | (a >>> (64 - count));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> NonceLanes(ulong first) =>
        ReverseBytes(Vector256.Create(first) + Vector256.Create(0UL, 1, 2, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AtMost(Vector256<ulong> lanes, ulong bound) =>
        Vector256.LessThanOrEqual(ReverseBytes(lanes), Vector256.Create(bound)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<ulong> ReverseBytes(Vector256<ulong> words) =>
        Vector256.Shuffle(words.AsByte(), ReverseEachWord).AsUInt64();

    private static Vector256<byte> RotateBy8
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            (byte)7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14, 7, 0, 1, 2, 3, 4, 5, 6, 15, 8, 9, 10, 11, 12, 13, 14);
    }

    private static Vector256<byte> RotateBy56
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            (byte)1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8, 1, 2, 3, 4, 5, 6, 7, 0, 9, 10, 11, 12, 13, 14, 15, 8);
    }

    private static Vector256<byte> ReverseEachWord
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector256.Create(
            (byte)7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 23, 22, 21, 20, 19, 18, 17, 16, 31, 30, 29, 28, 27, 26,
            25, 24);
    }
}
