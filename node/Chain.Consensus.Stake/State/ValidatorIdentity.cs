using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The part of a validator that seldom changes (consensus-specs: Validator's pubkey and withdrawal_credentials).
/// </summary>
/// <param name="Key">What it signs with.</param>
/// <param name="WithdrawalAddress">Where its stake goes in the end; null stands for credentials without an account, from which
/// nothing is withdrawn.</param>
/// <param name="Onion">What its RANDAO reveals are checked against.</param>
public sealed record ValidatorIdentity(ValidatorKey Key, Address? WithdrawalAddress, RandaoOnion Onion)
{
    // Worked out at most once; a copy that `with` makes must not inherit it, and it is no part of what equals.
    private byte[]? _root;

    private ValidatorIdentity(ValidatorIdentity original) =>
        (Key, WithdrawalAddress, Onion) = (original.Key, original.WithdrawalAddress, original.Onion);

    /// <summary>keccak256 of the RLP.</summary>
    public Hash256 Root => new(_root ??= ComputeRoot());

    public bool Equals(ValidatorIdentity? other) =>
        other is not null && Key.Equals(other.Key) && WithdrawalAddress == other.WithdrawalAddress && Onion == other.Onion;

    public override int GetHashCode() => Key.GetHashCode();

    public void WriteTo(RlpWriter rlp)
    {
        Span<byte> compressed = stackalloc byte[33];
        Secp256k1.Compress(Key.Bytes, compressed);
        rlp.StartList();
        rlp.Write(compressed);
        rlp.Write(WithdrawalAddress);
        Onion.WriteTo(rlp);
        rlp.EndList();
    }

    public static ValidatorIdentity Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        Span<byte> key = stackalloc byte[ValidatorKey.Size];
        if (!Secp256k1.Provider.TryDecompress(rlp.ReadBytes(33), key))
            throw new RlpException("A validator's public key is no point of secp256k1.");
        var identity = new ValidatorIdentity(new ValidatorKey(key), rlp.ReadOptionalAddress(), RandaoOnion.Read(ref rlp));
        rlp.ExpectEnd();
        return identity;
    }

    private byte[] ComputeRoot()
    {
        var rlp = new RlpWriter(192);
        WriteTo(rlp);
        return rlp.ToKeccak256().ToArray();
    }
}
