using Chain.Primitives;

namespace Chain.Execution;

/// <summary>The base fee of a block from its parent (EIP-1559).</summary>
public static class BaseFee
{
    /// <summary>How far above its target a block may go.</summary>
    private const ulong ElasticityMultiplier = 2;

    private const ulong MaxChangeDenominator = 8;

    /// <summary>Wei per gas of a child of this block.</summary>
    public static UInt256 Next(BlockHeader parent)
    {
        ArgumentNullException.ThrowIfNull(parent);
        var target = parent.GasLimit / ElasticityMultiplier;
        var fee = parent.BaseFeePerGas;
        if (parent.GasUsed == target) return fee;
        if (parent.GasUsed > target) return fee + UInt256.Max(fee * (parent.GasUsed - target) / target / MaxChangeDenominator, UInt256.One);
        return fee - (fee * (target - parent.GasUsed) / target / MaxChangeDenominator);
    }
}
