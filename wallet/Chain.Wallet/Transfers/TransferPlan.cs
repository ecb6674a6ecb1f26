using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>A transfer with every number decided, ready to be shown, signed and sent.</summary>
public sealed record TransferPlan
{
    public required ulong ChainId { get; init; }

    public required Account From { get; init; }

    public required Account To { get; init; }

    /// <summary>Wei.</summary>
    public required UInt256 Value { get; init; }

    public required ulong Nonce { get; init; }

    public required ulong GasLimit { get; init; }

    public required Fees Fees { get; init; }

    public ReadOnlyMemory<byte> Data { get; init; } = ReadOnlyMemory<byte>.Empty;

    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    /// <summary>The fee in wei if all the gas is used and the base fee stays.</summary>
    public UInt256 ExpectedFee => TransferCost.Fee(Fees.ExpectedPrice, GasLimit);

    /// <summary>The most that the fee can become, in wei.</summary>
    public UInt256 MaximumFee => TransferCost.Fee(Fees.MaxFeePerGas, GasLimit);

    public Transaction Sign(PrivateKey key)
    {
        var unsigned = new UnsignedTransaction
        {
            Type = Fees.Type,
            ChainId = ChainId,
            Nonce = Nonce,
            MaxPriorityFeePerGas = Fees.MaxPriorityFeePerGas,
            MaxFeePerGas = Fees.MaxFeePerGas,
            GasLimit = GasLimit,
            To = To.Address,
            Value = Value,
            Data = Data,
            AccessList = AccessList,
        };
        return unsigned.WithSignature(key.Sign(unsigned.SigningHash()));
    }
}
