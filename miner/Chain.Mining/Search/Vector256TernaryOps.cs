using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Chain.Mining;

/// <summary>Four nonces in a 256-bit register with AVX-512VL's rotate and ternary logic. Runs anywhere; without AVX-512VL the
/// same results come from plain operators.</summary>
internal readonly struct Vector256TernaryOps : ILaneOps<Vector256<ulong>>
{
    public static int Lanes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Broadcast(ulong word) => Vector256.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor(Vector256<ulong> a, Vector256<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Xor3(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.TernaryLogic(a, b, c, TernaryLogic.Xor3) : a ^ b ^ c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> ThetaEffect(Vector256<ulong> c, Vector256<ulong> r) => c ^ r;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Theta(Vector256<ulong> a, Vector256<ulong> c, Vector256<ulong> r, Vector256<ulong> d) =>
        Xor3(a, c, r);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> Chi(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.TernaryLogic(a, b, c, TernaryLogic.Chi) : a ^ Vector256.AndNot(c, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> RotateLeft(Vector256<ulong> a, [ConstantExpected(Max = (byte)63)] byte count) =>
        Avx512F.VL.IsSupported ? Avx512F.VL.RotateLeft(a, count) : (a << count) | (a >>> (64 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<ulong> NonceLanes(ulong first) => Vector256Ops.NonceLanes(first);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AtMost(Vector256<ulong> lanes, ulong bound) => Vector256Ops.AtMost(lanes, bound);
}
