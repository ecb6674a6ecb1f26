using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Chain.Mining;

/// <summary>How often the body of the search uses each operation for one vector of nonces.</summary>
internal readonly record struct LaneOperations(int Xor, int Xor3, int ThetaEffect, int Theta, int Chi, int Rotate,
    int RotateWholeBytes)
{
    /// <summary>Counted by running the body once.</summary>
    public static LaneOperations OfBody()
    {
        CountingOps.Counted = default;
        var midstate = new Midstate(default);
        KeccakLanes<CountingOps, ulong>.Lane0(in midstate, 0);
        return CountingOps.Counted;
    }
}

/// <summary>The scalar operations, counted: what the instruction-issue limit of `miner bench` is computed from, so that it always
/// speaks of the body that runs.</summary>
internal readonly struct CountingOps : ILaneOps<ulong>
{
    [ThreadStatic]
    private static LaneOperations t_counted;

    public static LaneOperations Counted
    {
        get => t_counted;
        set => t_counted = value;
    }

    public static int Lanes => 1;

    public static ulong Broadcast(ulong word) => word;

    public static ulong Xor(ulong a, ulong b)
    {
        t_counted = t_counted with { Xor = t_counted.Xor + 1 };
        return a ^ b;
    }

    public static ulong Xor3(ulong a, ulong b, ulong c)
    {
        t_counted = t_counted with { Xor3 = t_counted.Xor3 + 1 };
        return a ^ b ^ c;
    }

    public static ulong ThetaEffect(ulong c, ulong r)
    {
        t_counted = t_counted with { ThetaEffect = t_counted.ThetaEffect + 1 };
        return c ^ r;
    }

    public static ulong Theta(ulong a, ulong c, ulong r, ulong d)
    {
        t_counted = t_counted with { Theta = t_counted.Theta + 1 };
        return a ^ d;
    }

    public static ulong Chi(ulong a, ulong b, ulong c)
    {
        t_counted = t_counted with { Chi = t_counted.Chi + 1 };
        return a ^ (~b & c);
    }

    public static ulong RotateLeft(ulong a, [ConstantExpected(Max = (byte)63)] byte count)
    {
        t_counted = count is 8 or 56
            ? t_counted with { RotateWholeBytes = t_counted.RotateWholeBytes + 1 }
            : t_counted with { Rotate = t_counted.Rotate + 1 };
        return BitOperations.RotateLeft(a, count);
    }

    public static ulong NonceLanes(ulong first) => ScalarOps.NonceLanes(first);

    public static uint AtMost(ulong lanes, ulong bound) => ScalarOps.AtMost(lanes, bound);
}
