using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Chain.Mining;

/// <summary>Eight nonces in a 512-bit register with AVX-512's rotate and ternary logic. Runs anywhere; without AVX-512 the same
/// results come from plain operators.</summary>
internal readonly struct Vector512Ops : ILaneOps<Vector512<ulong>>
{
    public static int Lanes => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Broadcast(ulong word) => Vector512.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor(Vector512<ulong> a, Vector512<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Xor3(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c) =>
        Avx512F.IsSupported ? Avx512F.TernaryLogic(a, b, c, TernaryLogic.Xor3) : a ^ b ^ c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> ThetaEffect(Vector512<ulong> c, Vector512<ulong> r) => c ^ r;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Theta(Vector512<ulong> a, Vector512<ulong> c, Vector512<ulong> r, Vector512<ulong> d) =>
        Xor3(a, c, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Chi(Vector512<ulong> a, Vector512<ulong> b, Vector512<ulong> c) =>
        Avx512F.IsSupported ? Avx512F.TernaryLogic(a, b, c, TernaryLogic.Chi) : a ^ Vector512.AndNot(c, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> RotateLeft(Vector512<ulong> a, [ConstantExpected(Max = (byte)63)] byte count) =>
        Avx512F.IsSupported ? Avx512F.RotateLeft(a, count) : (a << count) | (a >>> (64 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> NonceLanes(ulong first) =>
        ReverseBytes(Vector512.Create(first) + Vector512.Create(0UL, 1, 2, 3, 4, 5, 6, 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AtMost(Vector512<ulong> lanes, ulong bound) =>
        (uint)Vector512.LessThanOrEqual(ReverseBytes(lanes), Vector512.Create(bound)).ExtractMostSignificantBits();

    // In halves: a shuffle across 512 bits of bytes needs more than AVX-512F, and this is off the path that counts.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> ReverseBytes(Vector512<ulong> words) =>
        Vector512.Create(Vector256Ops.ReverseBytes(words.GetLower()), Vector256Ops.ReverseBytes(words.GetUpper()));
}
