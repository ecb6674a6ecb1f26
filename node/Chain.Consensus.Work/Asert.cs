using System.Diagnostics;
using Chain.Primitives;

namespace Chain.Consensus.Work;

/// <summary>
/// Difficulty by the aserti3 exponential (Bitcoin Cash upgrade specification of 2020-11-15), applied step by step: each
/// block's anchor is its parent. docs/consensus/work.md says why the absolute form is not used.
/// </summary>
public static class Asert
{
    /// <summary>The floor: below it a block is found faster than a header can say.</summary>
    public static readonly UInt256 MinimumDifficulty = 1 << 16;

    /// <summary>Time off the schedule that doubles or halves the target, in block times.</summary>
    public const ulong HalfLifeBlocks = 10;

    private static readonly UInt256 TargetLimit = UInt256.MaxValue / MinimumDifficulty;

    private static readonly UInt256 Low128 = new(ulong.MaxValue, ulong.MaxValue, 0, 0);

    /// <summary>
    /// The difficulty of a child with this timestamp (seconds), for blocks that should be this far apart (seconds).
    /// </summary>
    public static UInt256 NextDifficulty(BlockHeader parent, ulong childTimestamp, ulong blockTimeSeconds)
    {
        ArgumentNullException.ThrowIfNull(parent);
        var target = NextTarget(
            KeccakSeal.Target(parent.Difficulty),
            (Int128)childTimestamp - parent.Timestamp,
            heightDelta: 0,
            blockTimeSeconds,
            HalfLifeBlocks * blockTimeSeconds,
            TargetLimit);
        return UInt256.Max(MinimumDifficulty, UInt256.MaxValue / target);
    }

    /// <summary>
    /// The target of the block after one that lies <paramref name="heightDelta"/> blocks above the anchor and
    /// <paramref name="timeDelta"/> seconds after the anchor's parent: anchor * 2^((time - spacing * (height + 1)) / half-life),
    /// rounded as aserti3 says, between 1 and the limit.
    /// </summary>
    public static UInt256 NextTarget(
        UInt256 anchorTarget, Int128 timeDelta, ulong heightDelta, ulong spacing, ulong halfLife, UInt256 limit)
    {
        Debug.Assert(!anchorTarget.IsZero && !limit.IsZero && halfLife > 0, "aserti3 needs a target, a limit and a half-life.");

        // Fixed point with 16 fractional bits; the division rounds towards zero, as in the specification.
        var exponent = (timeDelta - ((Int128)spacing * (heightDelta + (Int128)1))) * 65536 / halfLife;
        var whole = exponent >> 16;
        var fraction = (ulong)(exponent & 0xffff);

        // 2^x for 0 <= x < 1 by a cubic polynomial, in units of 2^-16.
        var polynomial = (195_766_423_245_049UL * fraction)
            + (971_821_376UL * fraction * fraction)
            + (5_127UL * fraction * fraction * fraction)
            + (1UL << 47);
        var factor = 65536 + (polynomial >> 48);
        return UInt256.Max(UInt256.One, Scale(anchorTarget, factor, whole - 16, limit));
    }

    /// <summary>
    /// floor(value * factor * 2^shift), at most the limit. The product of 256 and 17 bits is kept whole in two parts.
    /// </summary>
    private static UInt256 Scale(UInt256 value, ulong factor, Int128 shift, UInt256 limit)
    {
        var low = (value & Low128) * factor;
        var high = ((value >> 128) * factor) + (low >> 128);
        low &= Low128;
        var bits = high.IsZero ? low.BitLength : 128 + high.BitLength;
        if (bits + shift > 256) return limit;
        if (bits + shift <= 0) return UInt256.Zero;

        // Now 0 < bits + shift <= 256, so the result fits and the shift lies between -273 and 255.
        var count = (int)shift;
        if (count >= 0) return UInt256.Min(limit, ((high << 128) | low) << count);
        var result = count > -128 ? (high << (128 + count)) | (low >> -count) : high >> (-count - 128);
        return UInt256.Min(limit, result);
    }
}
