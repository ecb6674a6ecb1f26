using Chain.Primitives;

namespace Chain.Tests;

public sealed class SignatureTests
{
    private static readonly PrivateKey Key = new(Hex.Decode("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"));
    private static readonly Hash256 Digest = Keccak256.Hash("a message"u8);

    [Fact]
    public void A_signature_recovers_to_its_signer_and_verifies()
    {
        var signature = Key.Sign(Digest);

        Assert.True(signature.IsValid);
        Assert.True(signature.TryRecoverAddress(Digest, out var signer));
        Assert.Equal(Key.Address, signer);
        Assert.True(signature.IsBy(Key.PublicKey, Digest));
        Assert.False(signature.IsBy(Key.PublicKey, Keccak256.Empty));
        Assert.Equal(signature, Signature.FromBytes(signature.ToArray()));
        Assert.Equal(signature, Key.Sign(Digest));
    }

    [Fact]
    public void The_mirrored_signature_with_a_high_s_is_not_valid_and_recovers_nobody()
    {
        var signature = Key.Sign(Digest);
        var mirrored = new Signature(signature.R, Secp256k1.Order - signature.S, (byte)(1 - signature.YParity));

        Assert.False(mirrored.IsValid);
        Assert.False(mirrored.IsBy(Key.PublicKey, Digest));
        Assert.False(mirrored.TryRecoverAddress(Digest, out var nobody));
        Assert.Equal(Address.Zero, nobody);

        // The curve itself would accept it: the rule is EIP-2's.
        var publicKey = new byte[64];
        Assert.True(Secp256k1.Provider.TryRecover(Digest.Bytes, mirrored.ToArray(), publicKey));
        Assert.Equal(Key.PublicKey.ToArray(), publicKey);
    }

    [Fact]
    public void Numbers_out_of_range_are_not_valid()
    {
        var good = Key.Sign(Digest);
        Assert.True(new Signature(1, Secp256k1.HalfOrder, 1).IsValid);
        Assert.True((good with { R = Secp256k1.Order - 1 }).IsValid);
        Assert.False((good with { R = 0 }).IsValid);
        Assert.False((good with { R = Secp256k1.Order }).IsValid);
        Assert.False((good with { S = 0 }).IsValid);
        Assert.False((good with { S = Secp256k1.HalfOrder + 1 }).IsValid);
        Assert.False((good with { YParity = 2 }).IsValid);
    }

    [Fact]
    public void The_constants_of_the_curve_fit_together()
    {
        Assert.Equal((Secp256k1.Order - 1) / 2, Secp256k1.HalfOrder);
        Assert.Equal(UInt256.MaxValue - 977 - (UInt256.One << 32) + 1, Secp256k1.FieldPrime);
    }

    [Fact]
    public void A_private_key_is_32_bytes_in_range()
    {
        Assert.False(PrivateKey.TryCreate(new byte[32], out _));
        Assert.False(PrivateKey.TryCreate(new byte[31], out _));
        Assert.False(PrivateKey.TryCreate(Secp256k1.Order.ToHash256().Bytes, out _));
        Assert.True(PrivateKey.TryCreate((Secp256k1.Order - 1).ToHash256().Bytes, out var last));
        Assert.True(PrivateKey.TryCreate(UInt256.One.ToHash256().Bytes, out var first));
        Assert.Equal("0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf", first.Address.ToString());

        // n - 1 is minus one: the same x, the other y.
        Assert.Equal(first.PublicKey[..32].ToArray(), last.PublicKey[..32].ToArray());
        Assert.Throws<ArgumentException>(() => new PrivateKey(new byte[32]));
    }

    [Fact]
    public void Two_keys_agree_on_one_secret()
    {
        var other = new PrivateKey(UInt256.One.ToHash256().Bytes);
        var (mine, theirs) = (new byte[32], new byte[32]);
        Assert.True(Key.TryAgree(other.PublicKey, mine));
        Assert.True(other.TryAgree(Key.PublicKey, theirs));
        Assert.Equal(mine, theirs);

        // The other secret is one: the product is this public key.
        Assert.Equal(Key.PublicKey[..32].ToArray(), mine);
        Assert.False(Key.TryAgree(new byte[64], mine));
    }
}
