using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>
/// One encrypted private key in the Web3 Secret Storage format, version 3, as geth and ethers read and write it:
/// AES-128-CTR under a stretched password, authenticated by Keccak-256.
/// </summary>
public sealed class KeystoreFile
{
    /// <summary>A file larger than this is no keystore.</summary>
    public const int MaxBytes = 64 * 1024;

    private readonly KeyDerivation _derivation;
    private readonly byte[] _iv;
    private readonly byte[] _cipherText;
    private readonly byte[] _mac;
    private readonly string _id;

    private KeystoreFile(Address? address, string? name, string id, KeyDerivation derivation, byte[] iv, byte[] cipherText,
        byte[] mac)
    {
        Address = address;
        Name = name;
        _id = id;
        _derivation = derivation;
        _iv = iv;
        _cipherText = cipherText;
        _mac = mac;
    }

    /// <summary>What the file says it holds; null where it says nothing. Proven only by <see cref="Open"/>.</summary>
    public Address? Address { get; }

    /// <summary>A name that the user gave it; null if none.</summary>
    public string? Name { get; }

    /// <summary>Whether opening it takes a noticeable time.</summary>
    public bool IsSlow => _derivation.IsSlow;

    /// <summary>Encrypts a key.</summary>
    public static KeystoreFile Create(PrivateKey key, string password, KeyDerivation derivation, string? name = null)
    {
        var stretched = derivation.Derive(Encoding.UTF8.GetBytes(password));
        var iv = RandomNumberGenerator.GetBytes(16);
        var cipherText = Aes128Ctr(stretched.AsSpan(0, 16), iv, key.Secret);
        return new KeystoreFile(key.Address, name, Guid.NewGuid().ToString(), derivation, iv, cipherText,
            Mac(stretched, cipherText));
    }

    /// <summary>Reads the file's text; checks everything that needs no password.</summary>
    public static Verdict<KeystoreFile, KeystoreError> Parse(string json)
    {
        if (json.Length > MaxBytes) return new KeystoreError.Malformed($"it is larger than {MaxBytes / 1024} KiB");
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 8 });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return new KeystoreError.Malformed("it is not a JSON object");
            return Parse(new KeystoreFields(document.RootElement));
        }
        catch (JsonException)
        {
            return new KeystoreError.Malformed(WhyNotJson(json.AsSpan().Trim()));
        }
        catch (InvalidOperationException)
        {
            return new KeystoreError.Malformed("a text in it is not Unicode");
        }
    }

    /// <summary>The private key.</summary>
    public Verdict<PrivateKey, KeystoreError> Open(string password)
    {
        var stretched = _derivation.Derive(Encoding.UTF8.GetBytes(password));
        if (!CryptographicOperations.FixedTimeEquals(Mac(stretched, _cipherText), _mac)) return new KeystoreError.WrongPassword();
        var secret = Aes128Ctr(stretched.AsSpan(0, 16), _iv, _cipherText);
        if (!PrivateKey.TryCreate(secret, out var key))
            return new KeystoreError.BadContent("what it holds is no private key of secp256k1");
        if (Address is { } claimed && claimed != key.Address)
            return new KeystoreError.BadContent($"it holds the key of {key.Address} while it claims {claimed}");
        return key;
    }

    /// <summary>The file's text.</summary>
    public string ToJson()
    {
        var json = new JsonObject();
        if (Address is { } address) json["address"] = Convert.ToHexStringLower(address.Bytes);
        if (Name is not null) json["name"] = Name;
        json["crypto"] = new JsonObject
        {
            ["cipher"] = "aes-128-ctr",
            ["ciphertext"] = Convert.ToHexStringLower(_cipherText),
            ["cipherparams"] = new JsonObject { ["iv"] = Convert.ToHexStringLower(_iv) },
            ["kdf"] = _derivation.Name,
            ["kdfparams"] = _derivation.ToJson(),
            ["mac"] = Convert.ToHexStringLower(_mac),
        };
        json["id"] = _id;
        json["version"] = 3;
        return json.ToJsonString(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private static string WhyNotJson(ReadOnlySpan<char> text) => text switch
    {
        [] => "it is empty",
        ['{', .., not '}'] or ['{'] => "it breaks off before its end",
        _ => "it is not JSON",
    };

    private static Verdict<KeystoreFile, KeystoreError> Parse(KeystoreFields root)
    {
        if (!root.TryNumber("version", out var version)) return KeystoreFields.Missing("version");
        if (version != 3) return new KeystoreError.Unsupported("version", $"{version}", "3");
        if (!root.TryObject("crypto", out var crypto)) return KeystoreFields.Missing("crypto");
        if (!crypto.TryText("cipher", out var cipher)) return KeystoreFields.Missing("crypto.cipher");
        if (cipher != "aes-128-ctr") return new KeystoreError.Unsupported("cipher", cipher, "aes-128-ctr");
        if (!crypto.TryObject("cipherparams", out var cipherParameters) || !cipherParameters.TryHex("iv", out var iv)
            || iv.Length != 16)
            return KeystoreFields.Missing("cipherparams.iv, 16 bytes");
        if (!crypto.TryHex("ciphertext", out var cipherText) || cipherText.Length != PrivateKey.Size)
            return KeystoreFields.Missing($"crypto.ciphertext, {PrivateKey.Size} bytes");
        if (!crypto.TryHex("mac", out var mac) || mac.Length != 32) return KeystoreFields.Missing("crypto.mac, 32 bytes");
        if (!KeyDerivation.Parse(crypto).IsOk(out var derivation, out var error)) return error;
        Address? address = null;
        if (root.TryText("address", out var text) && text.Length > 0)
        {
            if (!Primitives.Address.TryParse(text, out var parsed)) return KeystoreFields.Missing("address, 40 hex digits");
            address = parsed;
        }

        var name = root.TryText("name", out var given) && given.Length > 0 ? given : null;
        return new KeystoreFile(address, name, root.TryText("id", out var id) ? id : Guid.Empty.ToString(), derivation, iv,
            cipherText, mac);
    }

    private static byte[] Mac(ReadOnlySpan<byte> stretched, ReadOnlySpan<byte> cipherText) =>
        Keccak256.Hash([.. stretched[16..32], .. cipherText]).ToArray();

    // The counter is the whole 128-bit block and wraps around (NIST SP 800-38A, section 6.5).
    private static byte[] Aes128Ctr(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> input)
    {
        using var aes = Aes.Create();
        aes.SetKey(key);
        var counter = BinaryPrimitives.ReadUInt128BigEndian(iv);
        var output = new byte[input.Length];
        Span<byte> block = stackalloc byte[16];
        for (var offset = 0; offset < input.Length; offset += 16)
        {
            BinaryPrimitives.WriteUInt128BigEndian(block, counter);
            counter = unchecked(counter + 1);
            aes.EncryptEcb(block, block, PaddingMode.None);
            for (var i = 0; i < 16 && offset + i < input.Length; i++) output[offset + i] = (byte)(input[offset + i] ^ block[i]);
        }

        return output;
    }
}
