using System.Runtime.CompilerServices;

namespace Chain.Mining;

/// <summary>How a 64-bit rotate is written, since compilers for devices differ in what they make of it.</summary>
public interface IRotate
{
    /// <summary>Rotates left by a literal from 1 to 63.</summary>
    ulong Left(ulong x, int count);
}

/// <summary>The rotate as everyone writes it: what OpenCL compilers recognise.</summary>
public readonly struct PlainRotate : IRotate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Left(ulong x, int count) => (x << count) | (x >> (64 - count));
}

/// <summary>
/// Two 32-bit halves, of which NVIDIA's compiler makes two funnel shifts; with a literal count the branch folds away.
/// </summary>
public readonly struct FunnelRotate : IRotate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Left(ulong x, int count)
    {
        var swapped = (x << 32) | (x >> 32);
        if (count == 32) return swapped;
        if (count > 32)
        {
            (x, swapped) = (swapped, x);
            count -= 32;
        }

        // The high half of the result is the high half of x << count; the low half is the high half of swap(x) << count.
        return ((x << count) & 0xFFFFFFFF00000000) | ((swapped << count) >> 32);
    }
}

/// <summary>Where the round constants come from: a device's buffer, or a table on the processor.</summary>
public interface IRoundConstants
{
    ulong Of(int round);
}
