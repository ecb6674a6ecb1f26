using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Chain.Mining;

/// <summary>One nonce at a time in general-purpose registers.</summary>
internal readonly struct ScalarOps : ILaneOps<ulong>
{
    public static int Lanes => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Broadcast(ulong word) => word;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Xor(ulong a, ulong b) => a ^ b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Xor3(ulong a, ulong b, ulong c) => a ^ b ^ c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ThetaEffect(ulong c, ulong r) => c ^ r;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Theta(ulong a, ulong c, ulong r, ulong d) => a ^ d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Chi(ulong a, ulong b, ulong c) => a ^ (~b & c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong RotateLeft(ulong a, [ConstantExpected(Max = (byte)63)] byte count) => BitOperations.RotateLeft(a, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong NonceLanes(ulong first) => BinaryPrimitives.ReverseEndianness(first);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint AtMost(ulong lanes, ulong bound) => BinaryPrimitives.ReverseEndianness(lanes) <= bound ? 1u : 0u;
}
