using Chain.Primitives;

namespace Chain.Transfers;

/// <summary>
/// What a transfer can take from its account. Sums that no 256 bits hold are the greatest number: no account has it.
/// </summary>
public static class TransferCost
{
    /// <summary>The highest fee in wei.</summary>
    public static UInt256 Fee(UInt256 maxFeePerGas, ulong gasLimit) =>
        UInt256.TryMultiply(maxFeePerGas, gasLimit, out var fee) ? fee : UInt256.MaxValue;

    /// <summary>The value and the highest fee in wei.</summary>
    public static UInt256 Of(UInt256 value, UInt256 maxFeePerGas, ulong gasLimit) => Add(value, Fee(maxFeePerGas, gasLimit));

    public static UInt256 Add(UInt256 left, UInt256 right) => UInt256.TryAdd(left, right, out var sum) ? sum : UInt256.MaxValue;
}
