namespace Chain.Primitives;

/// <summary>What a sender signs. A legacy or EIP-2930 gas price stands in both fee fields, as EIP-1559 reads it.</summary>
public sealed record UnsignedTransaction
{
    public required TransactionType Type { get; init; }

    /// <summary>The EIP-155 chain id; null only for a legacy transaction that any chain may replay.</summary>
    public required ulong? ChainId { get; init; }

    public required ulong Nonce { get; init; }

    /// <summary>Wei per gas to the block's beneficiary, at most; the gas price for the types before EIP-1559.</summary>
    public required UInt256 MaxPriorityFeePerGas { get; init; }

    /// <summary>Wei per gas in all, at most; the gas price for the types before EIP-1559.</summary>
    public required UInt256 MaxFeePerGas { get; init; }

    public required ulong GasLimit { get; init; }

    /// <summary>The recipient; null creates a contract.</summary>
    public required Address? To { get; init; }

    /// <summary>Wei.</summary>
    public required UInt256 Value { get; init; }

    public ReadOnlyMemory<byte> Data { get; init; } = ReadOnlyMemory<byte>.Empty;

    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    /// <summary>The digest that is signed (EIP-155, EIP-2930, EIP-1559).</summary>
    public Hash256 SigningHash()
    {
        var rlp = new RlpWriter(Data.Length + 192);
        rlp.StartList();
        TransactionCodec.WriteFields(rlp, this);
        if (Type == TransactionType.Legacy && ChainId is { } chainId)
        {
            rlp.Write(chainId);
            rlp.Write(0UL);
            rlp.Write(0UL);
        }

        rlp.EndList();
        return Type == TransactionType.Legacy ? rlp.ToKeccak256() : Keccak256.Hash([(byte)Type, .. rlp.WrittenSpan]);
    }

    /// <summary>Joins the fields with a signature over <see cref="SigningHash"/>.</summary>
    public Transaction WithSignature(Signature signature) => new(this, signature);
}
