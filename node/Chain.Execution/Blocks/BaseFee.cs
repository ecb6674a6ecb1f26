using Chain.Primitives;

namespace Chain.Execution;

/// <summary>The base fee of EIP-1559.</summary>
public static class BaseFee
{
    /// <summary>BASE_FEE_MAX_CHANGE_DENOMINATOR: the base fee moves by at most an eighth from block to block.</summary>
    public const ulong MaxChangeDenominator = 8;

    /// <summary>ELASTICITY_MULTIPLIER: the gas target is the gas limit divided by this.</summary>
    public const ulong ElasticityMultiplier = 2;

    /// <summary>Wei per gas of the block after the parent.</summary>
    /// <param name="parentBaseFee">Wei per gas.</param>
    /// <param name="parentGasUsed">Gas.</param>
    /// <param name="parentGasLimit">Gas; at least 2.</param>
    public static UInt256 Next(UInt256 parentBaseFee, ulong parentGasUsed, ulong parentGasLimit)
    {
        var target = parentGasLimit / ElasticityMultiplier;
        if (parentGasUsed == target) return parentBaseFee;
        if (parentGasUsed > target)
        {
            var rise = parentBaseFee * (parentGasUsed - target) / target / MaxChangeDenominator;
            return parentBaseFee + UInt256.Max(rise, UInt256.One);
        }

        return parentBaseFee - (parentBaseFee * (target - parentGasUsed) / target / MaxChangeDenominator);
    }
}
