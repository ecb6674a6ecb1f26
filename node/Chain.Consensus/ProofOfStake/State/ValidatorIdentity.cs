using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>The part of a validator that seldom changes (consensus-specs: Validator's pubkey and withdrawal_credentials).</summary>
/// <param name="Key">What it signs with.</param>
/// <param name="WithdrawalAddress">Where its stake goes in the end; null stands for credentials without an account, from which nothing is withdrawn.</param>
/// <param name="Onion">What its RANDAO reveals are checked against.</param>
public sealed record ValidatorIdentity(ValidatorKey Key, Address? WithdrawalAddress, RandaoOnion Onion)
{
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
        if (!Secp256k1.Provider.TryDecompress(rlp.ReadBytes(33), key)) throw new RlpException("A validator's public key is no point of secp256k1.");
        var identity = new ValidatorIdentity(new ValidatorKey(key), rlp.ReadOptionalAddress(), RandaoOnion.Read(ref rlp));
        rlp.ExpectEnd();
        return identity;
    }
}
