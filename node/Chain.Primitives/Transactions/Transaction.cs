namespace Chain.Primitives;

/// <summary>
/// A signed transaction with its hash and its one canonical encoding. Nobody has checked yet who signed it: that is
/// <see cref="RecoveredTransaction"/>.
/// </summary>
public sealed class Transaction
{
    private RecoveredTransaction? _recovered;
    private bool _recoveryDone;

    internal Transaction(UnsignedTransaction fields, Signature signature)
        : this(fields, signature, TransactionCodec.Encode(fields, signature))
    {
    }

    private Transaction(UnsignedTransaction fields, Signature signature, ReadOnlyMemory<byte> encoded)
    {
        Unsigned = fields;
        Signature = signature;
        Encoded = encoded;
        Hash = Keccak256.Hash(encoded.Span);
    }

    /// <summary>The fields without the signature.</summary>
    public UnsignedTransaction Unsigned { get; }

    public TransactionType Type => Unsigned.Type;

    public ulong? ChainId => Unsigned.ChainId;

    public ulong Nonce => Unsigned.Nonce;

    public UInt256 MaxPriorityFeePerGas => Unsigned.MaxPriorityFeePerGas;

    public UInt256 MaxFeePerGas => Unsigned.MaxFeePerGas;

    public ulong GasLimit => Unsigned.GasLimit;

    public Address? To => Unsigned.To;

    public UInt256 Value => Unsigned.Value;

    public ReadOnlyMemory<byte> Data => Unsigned.Data;

    public IReadOnlyList<AccessListEntry> AccessList => Unsigned.AccessList;

    public Signature Signature { get; }

    /// <summary>keccak256 of <see cref="Encoded"/>.</summary>
    public Hash256 Hash { get; }

    /// <summary>The EIP-2718 bytes.</summary>
    public ReadOnlyMemory<byte> Encoded { get; }

    /// <summary>
    /// Wei per gas that the sender pays in all at this base fee, which must not exceed <see cref="MaxFeePerGas"/> (EIP-1559).
    /// </summary>
    public UInt256 EffectiveGasPrice(UInt256 baseFeePerGas) => EffectivePriorityFee(baseFeePerGas) + baseFeePerGas;

    /// <summary>
    /// Wei per gas that the beneficiary gets at this base fee, which must not exceed <see cref="MaxFeePerGas"/>.
    /// </summary>
    public UInt256 EffectivePriorityFee(UInt256 baseFeePerGas) => UInt256.Min(MaxPriorityFeePerGas, MaxFeePerGas - baseFeePerGas);

    /// <summary>
    /// Finds who signed; null when the signature is out of range, has a high s (EIP-2) or matches no key. The answer is
    /// remembered, so that it can be worked out ahead on another core; doing it twice at once is harmless.
    /// </summary>
    public RecoveredTransaction? Recover()
    {
        if (!Volatile.Read(ref _recoveryDone))
        {
            _recovered = Signature.TryRecoverAddress(Unsigned.SigningHash(), out var sender)
                ? new RecoveredTransaction(this, sender)
                : null;
            Volatile.Write(ref _recoveryDone, true);
        }

        return _recovered;
    }

    /// <summary>Reads EIP-2718 bytes.</summary>
    /// <exception cref="RlpException">Not canonical, or of an unknown type.</exception>
    public static Transaction Decode(ReadOnlySpan<byte> encoded)
    {
        var (fields, signature) = TransactionCodec.Decode(encoded);
        return new Transaction(fields, signature, encoded.ToArray());
    }

    /// <summary>Reads one transaction of a list: a legacy one as a list, a typed one as a string (EIP-2718).</summary>
    /// <exception cref="RlpException">Not canonical, or of an unknown type.</exception>
    public static Transaction Read(ref RlpReader rlp)
    {
        if (rlp.NextIsList) return Decode(rlp.ReadItem());
        var typed = rlp.ReadBytes();
        if (!typed.IsEmpty && typed[0] >= 0xc0) throw new RlpException("A legacy transaction must not be wrapped in a string.");
        return Decode(typed);
    }

    /// <summary>Writes it as one transaction of a list.</summary>
    public void WriteTo(RlpWriter rlp)
    {
        if (Type == TransactionType.Legacy) rlp.WriteEncoded(Encoded.Span);
        else rlp.Write(Encoded);
    }

    public override string ToString() => $"transaction {Hash.ToShortString()}";
}
