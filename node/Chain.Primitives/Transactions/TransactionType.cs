namespace Chain.Primitives;

/// <summary>The EIP-2718 transaction type. A legacy transaction has no type byte on the wire.</summary>
public enum TransactionType : byte
{
    Legacy = 0,

    /// <summary>EIP-2930.</summary>
    AccessList = 1,

    /// <summary>EIP-1559.</summary>
    DynamicFee = 2,
}
