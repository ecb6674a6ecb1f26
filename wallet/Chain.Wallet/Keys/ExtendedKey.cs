using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Chain.Primitives;
using Org.BouncyCastle.Crypto.Digests;

namespace Chain.Wallet;

/// <summary>Why a text is no BIP-32 extended key.</summary>
public enum ExtendedKeyError
{
    /// <summary>Not Base58 with a correct checksum, or not 78 bytes.</summary>
    BadEncoding,

    /// <summary>Neither xprv nor xpub.</summary>
    UnknownVersion,

    /// <summary>A public key under xprv or a private one under xpub, or a key with a wrong first byte.</summary>
    WrongKeyKind,

    /// <summary>A master key (depth 0) that names a parent or a child number.</summary>
    MasterWithParent,

    /// <summary>A private key outside the curve's order, or a public key that is no point.</summary>
    InvalidKey,
}

/// <summary>A BIP-32 key with its chain code and its place in the tree: private (xprv) or public (xpub).</summary>
public sealed class ExtendedKey
{
    private const uint PrivateVersion = 0x0488ADE4;
    private const uint PublicVersion = 0x0488B21E;
    private const int EncodedSize = 78;

    private readonly byte[] _chainCode;
    private readonly byte[] _parentFingerprint;
    private readonly byte[] _publicKey;

    private ExtendedKey(PrivateKey? privateKey, byte[] publicKey, byte[] chainCode, byte depth, byte[] parentFingerprint,
        uint childNumber)
    {
        PrivateKey = privateKey;
        _publicKey = publicKey;
        _chainCode = chainCode;
        Depth = depth;
        _parentFingerprint = parentFingerprint;
        ChildNumber = childNumber;
    }

    /// <summary>The key itself; null in an extended public key.</summary>
    public PrivateKey? PrivateKey { get; }

    /// <summary>Levels below the master key.</summary>
    public byte Depth { get; }

    /// <summary>The number under which its parent made it; 0 for a master key.</summary>
    public uint ChildNumber { get; }

    public ReadOnlySpan<byte> ChainCode => _chainCode;

    /// <summary>The first four bytes of the parent's identifier; zeros for a master key.</summary>
    public ReadOnlySpan<byte> ParentFingerprint => _parentFingerprint;

    /// <summary>The first four bytes of RIPEMD-160 of SHA-256 of the compressed public key.</summary>
    public byte[] Fingerprint()
    {
        var sha = SHA256.HashData(CompressedPublicKey());
        var ripemd = new RipeMD160Digest();
        ripemd.BlockUpdate(sha, 0, sha.Length);
        var identifier = new byte[20];
        ripemd.DoFinal(identifier, 0);
        return identifier[..4];
    }

    /// <summary>33 bytes: 2 or 3, then x.</summary>
    public byte[] CompressedPublicKey()
    {
        var compressed = new byte[33];
        Secp256k1.Compress(_publicKey, compressed);
        return compressed;
    }

    /// <summary>The master key of a seed of 16 to 64 bytes.</summary>
    /// <exception cref="ArgumentException">Another length, or one of the seeds (fewer than one in 2^127) that have no master
    /// key.</exception>
    public static ExtendedKey FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length is < 16 or > 64)
            throw new ArgumentException($"A seed has 16 to 64 bytes, not {seed.Length}.", nameof(seed));
        var digest = HMACSHA512.HashData("Bitcoin seed"u8, seed);
        if (!PrivateKey.TryCreate(digest.AsSpan(0, 32), out var key))
            throw new ArgumentException("This seed has no master key (BIP-32); take another.", nameof(seed));
        return new ExtendedKey(key, key.PublicKey.ToArray(), digest[32..], 0, new byte[4], 0);
    }

    /// <summary>The key at a path below this one.</summary>
    public ExtendedKey Derive(HdPath path) => path.Children.Aggregate(this, (key, child) => key.Derive(child));

    /// <summary>The child with this number; 2^31 and above are hardened, which needs the private key.</summary>
    /// <exception cref="InvalidOperationException">
    /// A hardened child of a public key, a 256th level, or one of the numbers (fewer than one in 2^127) that BIP-32 says to skip.
    /// </exception>
    public ExtendedKey Derive(uint child)
    {
        if (Depth == byte.MaxValue) throw new InvalidOperationException("BIP-32 has no level below 255.");
        Span<byte> data = stackalloc byte[37];
        if (child < HdPath.Hardened)
        {
            CompressedPublicKey().CopyTo(data);
        }
        else
        {
            if (PrivateKey is null)
                throw new InvalidOperationException($"Child {child - HdPath.Hardened}' is hardened: it needs the private key.");
            data[0] = 0;
            PrivateKey.Secret.CopyTo(data[1..]);
        }

        BinaryPrimitives.WriteUInt32BigEndian(data[33..], child);
        var digest = HMACSHA512.HashData(_chainCode, data);
        PrivateKey? childKey = null;
        var childPublic = new byte[64];
        if (PrivateKey is null)
        {
            if (!Secp256k1.Provider.TryAddToPublicKey(_publicKey, digest.AsSpan(0, 32), childPublic)) throw NoSuchChild(child);
        }
        else
        {
            var secret = new byte[32];
            if (!Secp256k1.Provider.TryAddToPrivateKey(PrivateKey.Secret, digest.AsSpan(0, 32), secret)) throw NoSuchChild(child);
            childKey = new PrivateKey(secret);
            childKey.PublicKey.CopyTo(childPublic);
        }

        return new ExtendedKey(childKey, childPublic, digest[32..], (byte)(Depth + 1), Fingerprint(), child);
    }

    /// <summary>The same key without its private half.</summary>
    public ExtendedKey ToPublic() => new(null, _publicKey, _chainCode, Depth, _parentFingerprint, ChildNumber);

    /// <summary>
    /// The xprv or xpub text: a secret if the private key is here, which is why <see cref="ToString"/> does not give it.
    /// </summary>
    public string Serialize()
    {
        Span<byte> bytes = stackalloc byte[EncodedSize];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, PrivateKey is null ? PublicVersion : PrivateVersion);
        bytes[4] = Depth;
        _parentFingerprint.CopyTo(bytes[5..]);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[9..], ChildNumber);
        _chainCode.CopyTo(bytes[13..]);
        bytes[45] = 0;
        if (PrivateKey is null) CompressedPublicKey().CopyTo(bytes[45..]);
        else PrivateKey.Secret.CopyTo(bytes[46..]);
        return Base58Check.Encode(bytes);
    }

    /// <summary>Reads xprv or xpub; the error says which rule of BIP-32 the text breaks.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ExtendedKey? key, out ExtendedKeyError error)
    {
        key = null;
        error = ExtendedKeyError.BadEncoding;
        if (Base58Check.TryDecode(text) is not { Length: EncodedSize } bytes) return false;
        error = ExtendedKeyError.UnknownVersion;
        var version = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (version is not (PrivateVersion or PublicVersion)) return false;
        var (depth, parent, number) = (bytes[4], bytes[5..9], BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(9)));
        error = ExtendedKeyError.MasterWithParent;
        if (depth == 0 && (parent.AsSpan().ContainsAnyExcept((byte)0) || number != 0)) return false;
        error = ExtendedKeyError.WrongKeyKind;
        if (version == PrivateVersion ? bytes[45] != 0 : bytes[45] is not (2 or 3)) return false;

        error = ExtendedKeyError.InvalidKey;
        PrivateKey? privateKey = null;
        var publicKey = new byte[64];
        if (version == PublicVersion)
        {
            if (!Secp256k1.Provider.TryDecompress(bytes.AsSpan(45), publicKey)) return false;
        }
        else
        {
            if (!PrivateKey.TryCreate(bytes.AsSpan(46), out privateKey)) return false;
            privateKey.PublicKey.CopyTo(publicKey);
        }

        key = new ExtendedKey(privateKey, publicKey, bytes[13..45], depth, parent, number);
        return true;
    }

    public override string ToString() => $"extended key at depth {Depth}, fingerprint {Convert.ToHexStringLower(Fingerprint())}";

    private static InvalidOperationException NoSuchChild(uint child) =>
        new($"Child {child} does not exist (BIP-32); take the next number.");
}
