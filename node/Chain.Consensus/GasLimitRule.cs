using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>
/// The gas limit's bounds, the same under every rule (yellow paper, section 4.3.4; EIP-1985 for the greatest value).
/// </summary>
public static class GasLimitRule
{
    /// <summary>The least gas limit of a block.</summary>
    public const ulong Minimum = 5000;

    private const ulong BoundDivisor = 1024;

    /// <summary>Null when the limit differs from the parent's by less than 1/1024 of it and gas used keeps to it.</summary>
    public static HeaderError? Check(BlockHeader header, BlockHeader parent)
    {
        var (limit, before) = (header.GasLimit, parent.GasLimit);
        var change = limit > before ? limit - before : before - limit;
        if (change >= before / BoundDivisor && change != 0 || limit < Minimum)
            return new HeaderError.GasLimitOutOfBounds(limit, before);
        return header.GasUsed > limit ? new HeaderError.GasUsedAboveLimit(header.GasUsed, limit) : null;
    }

    /// <summary>The next limit on the way to a target, as far as one block may go.</summary>
    public static ulong Towards(ulong parentLimit, ulong target)
    {
        var step = Math.Max(parentLimit / BoundDivisor, 1) - 1;
        target = Math.Max(target, Minimum);
        return target > parentLimit
            ? parentLimit + Math.Min(step, target - parentLimit)
            : parentLimit - Math.Min(step, parentLimit - target);
    }
}
