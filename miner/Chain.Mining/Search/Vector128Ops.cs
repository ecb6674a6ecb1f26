using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Chain.Mining;

/// <summary>Two nonces in a 128-bit register: Arm's AdvSimd, where a rotate is a shift and a shift-and-insert. Runs anywhere
/// with the same results from plain operators.</summary>
internal readonly struct Vector128Ops : ILaneOps<Vector128<ulong>>
{
    public static int Lanes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Broadcast(ulong word) => Vector128.Create(word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Xor(Vector128<ulong> a, Vector128<ulong> b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Xor3(Vector128<ulong> a, Vector128<ulong> b, Vector128<ulong> c) => a ^ b ^ c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> ThetaEffect(Vector128<ulong> c, Vector128<ulong> r) => c ^ r;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Theta(Vector128<ulong> a, Vector128<ulong> c, Vector128<ulong> r, Vector128<ulong> d) => a ^ d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Chi(Vector128<ulong> a, Vector128<ulong> b, Vector128<ulong> c) => a ^ Vector128.AndNot(c, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> RotateLeft(Vector128<ulong> a, [ConstantExpected(Max = (byte)63)] byte count) =>
        AdvSimd.IsSupported
            ? AdvSimd.ShiftLeftAndInsert(a >>> (64 - count), a, count)
            : (a << count) | (a >>> (64 - count));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> NonceLanes(ulong first) => ReverseBytes(Vector128.Create(first) + Vector128.Create(0UL, 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AtMost(Vector128<ulong> lanes, ulong bound) =>
        Vector128.LessThanOrEqual(ReverseBytes(lanes), Vector128.Create(bound)).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> ReverseBytes(Vector128<ulong> words) =>
        Vector128.Shuffle(words.AsByte(), Vector128.Create((byte)7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8))
            .AsUInt64();
}
