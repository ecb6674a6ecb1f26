using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// Why a transaction may not be executed. <see cref="Message"/> begins with the words that Ethereum nodes use and client
/// libraries look for, and goes on with the values.
/// </summary>
public abstract record TransactionError
{
    private TransactionError()
    {
    }

    /// <summary>For people and for client libraries.</summary>
    public abstract string Message { get; }

    public sealed override string ToString() => Message;

    /// <summary>The nonce was used already.</summary>
    public sealed record NonceTooLow(ulong Got, ulong Expected) : TransactionError
    {
        public override string Message => $"nonce too low: next nonce {Expected}, tx nonce {Got}";
    }

    /// <summary>Transactions of the sender in between are missing.</summary>
    public sealed record NonceTooHigh(ulong Got, ulong Expected) : TransactionError
    {
        public override string Message => $"nonce too high: next nonce {Expected}, tx nonce {Got}";
    }

    /// <summary>The nonce 2^64-1 can never be used up (EIP-2681).</summary>
    public sealed record NonceAtMax : TransactionError
    {
        public override string Message => $"nonce has max value: a nonce must be below {ulong.MaxValue} (EIP-2681)";
    }

    /// <summary>The balance does not cover gas limit times fee cap, plus value; all in wei.</summary>
    /// <param name="Have">The sender's balance.</param>
    /// <param name="Want">What must be there; the largest number where the true one does not fit in 256 bits.</param>
    public sealed record InsufficientFunds(UInt256 Have, UInt256 Want) : TransactionError
    {
        public override string Message => $"insufficient funds for gas * price + value: have {Have} want {Want}";
    }

    /// <summary>The gas limit does not pay for the transaction itself.</summary>
    public sealed record IntrinsicGas(ulong Have, ulong Want) : TransactionError
    {
        public override string Message => $"intrinsic gas too low: have {Have}, want {Want}";
    }

    /// <summary>The fee cap (or gas price) is below the base fee of the block (EIP-1559); wei per gas.</summary>
    public sealed record FeeCapBelowBaseFee(UInt256 FeeCap, UInt256 BaseFee) : TransactionError
    {
        public override string Message => $"max fee per gas less than block base fee: maxFeePerGas {FeeCap}, baseFee {BaseFee}";
    }

    /// <summary>The priority fee exceeds the fee cap (EIP-1559); wei per gas.</summary>
    public sealed record TipAboveFeeCap(UInt256 Tip, UInt256 FeeCap) : TransactionError
    {
        public override string Message =>
            $"max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas {Tip}, maxFeePerGas {FeeCap}";
    }

    /// <summary>More gas than the block has left.</summary>
    public sealed record GasLimitExceedsBlock(ulong Have, ulong Left) : TransactionError
    {
        public override string Message => $"exceeds block gas limit: tx gas limit {Have}, gas left in the block {Left}";
    }

    /// <summary>Signed for another chain (EIP-155).</summary>
    public sealed record WrongChainId(ulong Got, ulong Expected) : TransactionError
    {
        public override string Message => $"invalid chain id for signer: have {Got} want {Expected}";
    }

    /// <summary>The sender's account has code (EIP-3607).</summary>
    public sealed record SenderNotEoa(Address Sender, Hash256 CodeHash) : TransactionError
    {
        public override string Message => $"sender not an eoa: address {Sender}, code hash {CodeHash} (EIP-3607)";
    }

    /// <summary>What the transaction asks for runs contract code.</summary>
    /// <param name="To">The contract called; null where one would be created.</param>
    /// <param name="Reason">In words.</param>
    public sealed record NeedsEvm(Address? To, string Reason) : TransactionError
    {
        public override string Message => $"this node has no EVM yet: {Reason}";
    }
}
