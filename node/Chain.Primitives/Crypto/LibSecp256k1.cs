using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Chain.Primitives;

/// <summary>
/// secp256k1 by the C library libsecp256k1 (Bitcoin Core's), which comes with the program for the usual platforms; elsewhere by
/// the machine's own, if it has the recovery and ECDH modules.
/// </summary>
public sealed partial class LibSecp256k1 : ISecp256k1
{
    private const string Library = "secp256k1";

    // SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY: needed by old versions, accepted by new ones.
    private const uint ContextFlags = 0x301;
    private const uint Uncompressed = 2;

    // The machine's own library: file names by age of the interface, newest first; the functions used here have not changed
    // between them.
    private static readonly string[] MachineFileNames =
    [
        "libsecp256k1.so.6", "libsecp256k1.so.5", "libsecp256k1.so.4", "libsecp256k1.so.3", "libsecp256k1.so.2",
        "libsecp256k1.so.1", "libsecp256k1.so.0",
        "libsecp256k1.so", "libsecp256k1.dylib", "libsecp256k1-6.dll", "libsecp256k1-5.dll", "libsecp256k1-2.dll",
        "libsecp256k1.dll", "secp256k1.dll",
    ];

    // The functions that optional modules of the library bring.
    private static readonly string[] ModuleFunctions = ["secp256k1_ecdsa_recover", "secp256k1_ecdsa_sign_recoverable",
        "secp256k1_ecdh"];

    private static readonly Lazy<(LibSecp256k1? Provider, string How)> Loaded = new(Load);
    private static nint _module;

    private readonly nint _context;

    private LibSecp256k1(nint context) => _context = context;

    /// <inheritdoc/>
    public string Name => "libsecp256k1";

    /// <summary>
    /// The library, if it loads, has the modules needed and passes a known answer; otherwise the reason why not, for a person to
    /// read.
    /// </summary>
    public static bool TryLoad([NotNullWhen(true)] out LibSecp256k1? provider, out string how)
    {
        (provider, how) = Loaded.Value;
        return provider is not null;
    }

    /// <inheritdoc/>
    public bool IsValidPrivateKey(ReadOnlySpan<byte> privateKey)
    {
        Secp256k1.ExpectLength(privateKey, 32, nameof(privateKey));
        return SecretKeyVerify(_context, privateKey) == 1;
    }

    /// <inheritdoc/>
    public bool TryGetPublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey64)
    {
        Secp256k1.ExpectLength(privateKey, 32, nameof(privateKey));
        Secp256k1.ExpectLength(publicKey64, 64, nameof(publicKey64));
        return PublicKeyCreate(_context, out var key, privateKey) == 1 && Write(in key, publicKey64);
    }

    /// <inheritdoc/>
    public bool TrySign(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> privateKey, Span<byte> signature65)
    {
        Secp256k1.ExpectLength(hash32, 32, nameof(hash32));
        Secp256k1.ExpectLength(privateKey, 32, nameof(privateKey));
        Secp256k1.ExpectLength(signature65, 65, nameof(signature65));

        // RFC 6979 derives the nonce from the digest modulo the order; the library feeds it the bytes as they are.
        Span<byte> reduced = stackalloc byte[32];
        var digest = UInt256.FromBigEndian(hash32);
        (digest >= Secp256k1.Order ? digest - Secp256k1.Order : digest).WriteBigEndian(reduced);

        if (SignRecoverable(_context, out var signature, reduced, privateKey, 0, 0) != 1) return false;
        _ = SerializeRecoverable(_context, signature65[..64], out var recoveryId, in signature);
        signature65[64] = (byte)recoveryId;
        return recoveryId is 0 or 1;
    }

    /// <inheritdoc/>
    public bool TryRecover(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> signature65, Span<byte> publicKey64)
    {
        Secp256k1.ExpectLength(hash32, 32, nameof(hash32));
        Secp256k1.ExpectLength(signature65, 65, nameof(signature65));
        Secp256k1.ExpectLength(publicKey64, 64, nameof(publicKey64));

        // The library takes 2 and 3 for an r above the order, and ends the process for anything greater.
        return signature65[64] is 0 or 1
            && ParseRecoverable(_context, out var signature, signature65[..64], signature65[64]) == 1
            && Recover(_context, out var key, in signature, hash32) == 1
            && Write(in key, publicKey64);
    }

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> hash32, ReadOnlySpan<byte> signature64, ReadOnlySpan<byte> publicKey64)
    {
        Secp256k1.ExpectLength(hash32, 32, nameof(hash32));
        Secp256k1.ExpectLength(signature64, 64, nameof(signature64));
        return TryRead(publicKey64, out var key)
            && ParseCompact(_context, out var signature, signature64) == 1
            && Verify(_context, in signature, hash32, in key) == 1;
    }

    /// <inheritdoc/>
    public unsafe bool TryEcdh(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> publicKey64, Span<byte> sharedX32)
    {
        Secp256k1.ExpectLength(privateKey, 32, nameof(privateKey));
        Secp256k1.ExpectLength(sharedX32, 32, nameof(sharedX32));
        return TryRead(publicKey64, out var key) && Ecdh(_context, sharedX32, in key, privateKey, &CopyX, 0) == 1;
    }

    /// <inheritdoc/>
    public bool TryDecompress(ReadOnlySpan<byte> publicKey33, Span<byte> publicKey64)
    {
        Secp256k1.ExpectLength(publicKey33, 33, nameof(publicKey33));
        Secp256k1.ExpectLength(publicKey64, 64, nameof(publicKey64));
        return PublicKeyParse(_context, out var key, publicKey33, (nuint)publicKey33.Length) == 1 && Write(in key, publicKey64);
    }

    /// <inheritdoc/>
    public bool TryAddToPrivateKey(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> tweak32, Span<byte> result32)
    {
        Secp256k1.ExpectLength(privateKey, 32, nameof(privateKey));
        Secp256k1.ExpectLength(tweak32, 32, nameof(tweak32));
        Secp256k1.ExpectLength(result32, 32, nameof(result32));
        privateKey.CopyTo(result32);
        return SecretKeyAdd(_context, result32, tweak32) == 1;
    }

    /// <inheritdoc/>
    public bool TryAddToPublicKey(ReadOnlySpan<byte> publicKey64, ReadOnlySpan<byte> tweak32, Span<byte> result64)
    {
        Secp256k1.ExpectLength(tweak32, 32, nameof(tweak32));
        Secp256k1.ExpectLength(result64, 64, nameof(result64));
        return TryRead(publicKey64, out var key) && PublicKeyAdd(_context, ref key, tweak32) == 1 && Write(in key, result64);
    }

    private bool TryRead(ReadOnlySpan<byte> publicKey64, out Opaque64 key)
    {
        Secp256k1.ExpectLength(publicKey64, 64, nameof(publicKey64));
        Span<byte> prefixed = stackalloc byte[65];
        prefixed[0] = 4;
        publicKey64.CopyTo(prefixed[1..]);
        return PublicKeyParse(_context, out key, prefixed, (nuint)prefixed.Length) == 1;
    }

    private bool Write(in Opaque64 key, Span<byte> publicKey64)
    {
        Span<byte> prefixed = stackalloc byte[65];
        var length = (nuint)prefixed.Length;
        _ = PublicKeySerialize(_context, prefixed, ref length, in key, Uncompressed);
        prefixed[1..].CopyTo(publicKey64);
        return true;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe int CopyX(byte* output, byte* x, byte* y, void* data)
    {
        new ReadOnlySpan<byte>(x, 32).CopyTo(new Span<byte>(output, 32));
        return 1;
    }

    private static (LibSecp256k1? Provider, string How) Load()
    {
        var assembly = typeof(LibSecp256k1).Assembly;
        var name = NativeLibrary.TryLoad(Library, assembly, null, out _module)
            ? "bundled"
            : Array.Find(MachineFileNames, candidate => NativeLibrary.TryLoad(candidate, out _module));
        if (name is null) return (null, "libsecp256k1 was not found");
        var missing = Array.Find(ModuleFunctions, function => !NativeLibrary.TryGetExport(_module, function, out _));
        if (missing is not null) return (null, $"{name} lacks {missing}");
        NativeLibrary.SetDllImportResolver(assembly, Resolve);
        var context = ContextCreate(ContextFlags);
        if (context == 0) return (null, $"{name} gave no context");
        var provider = new LibSecp256k1(context);
        return provider.PassesKnownAnswer() ? (provider, name) : (null, $"{name} does not sign as RFC 6979 says");
    }

    // Private key 1, digest of 32 bytes 0x01, compared once before anything is trusted to the library. The answer is written
    // down: to ask the portable implementation for it would cost every start a tenth of a second.
    private bool PassesKnownAnswer()
    {
        Span<byte> key = stackalloc byte[32];
        key.Clear();
        key[31] = 1;
        Span<byte> digest = stackalloc byte[32];
        digest.Fill(1);
        Span<byte> signed = stackalloc byte[65];
        Span<byte> recovered = stackalloc byte[64];
        Span<byte> publicKey = stackalloc byte[64];
        return TrySign(digest, key, signed) && TryRecover(digest, signed, recovered) && TryGetPublicKey(key, publicKey)
            && recovered.SequenceEqual(publicKey)
            && signed.SequenceEqual(KnownAnswer);
    }

    private static ReadOnlySpan<byte> KnownAnswer =>
    [
        0x74, 0x7a, 0x6c, 0x6b, 0xd9, 0xa8, 0xff, 0x0b, 0x77, 0xa9, 0x9b, 0x8f, 0x27, 0x4f, 0x5d, 0xf5,
        0x19, 0x8b, 0x5d, 0xdd, 0xc3, 0x3e, 0xdd, 0x4b, 0xc8, 0x9e, 0x45, 0x9d, 0x13, 0xdf, 0xa6, 0x17,
        0x74, 0x31, 0xbf, 0xa0, 0x16, 0x32, 0x5b, 0x8f, 0x27, 0x49, 0x17, 0x81, 0xd1, 0xc4, 0x62, 0x99,
        0x9f, 0x1d, 0xde, 0x76, 0x05, 0x60, 0x37, 0x3a, 0x51, 0x7d, 0x29, 0x16, 0x1c, 0x2d, 0xf1, 0x39,
        0x01,
    ];

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath) => name == Library ? _module : 0;

    // secp256k1_pubkey and secp256k1_ecdsa_signature: 64 bytes whose meaning is the library's.
    [InlineArray(64)]
    private struct Opaque64
    {
        private byte _first;
    }

    // secp256k1_ecdsa_recoverable_signature.
    [InlineArray(65)]
    private struct Opaque65
    {
        private byte _first;
    }

    [LibraryImport(Library, EntryPoint = "secp256k1_context_create")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial nint ContextCreate(uint flags);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_seckey_verify")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int SecretKeyVerify(nint context, ReadOnlySpan<byte> secretKey);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_seckey_tweak_add")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int SecretKeyAdd(nint context, Span<byte> secretKey, ReadOnlySpan<byte> tweak);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_create")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int PublicKeyCreate(nint context, out Opaque64 key, ReadOnlySpan<byte> secretKey);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_parse")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int PublicKeyParse(nint context, out Opaque64 key, ReadOnlySpan<byte> input, nuint length);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_serialize")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int PublicKeySerialize(nint context, Span<byte> output, ref nuint length, in Opaque64 key, uint flags);

    [LibraryImport(Library, EntryPoint = "secp256k1_ec_pubkey_tweak_add")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int PublicKeyAdd(nint context, ref Opaque64 key, ReadOnlySpan<byte> tweak);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_signature_parse_compact")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int ParseCompact(nint context, out Opaque64 signature, ReadOnlySpan<byte> input);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_verify")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int Verify(nint context, in Opaque64 signature, ReadOnlySpan<byte> digest, in Opaque64 key);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_sign_recoverable")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int SignRecoverable(nint context, out Opaque65 signature, ReadOnlySpan<byte> digest,
        ReadOnlySpan<byte> secretKey, nint nonceFunction, nint nonceData);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_serialize_compact")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int SerializeRecoverable(nint context, Span<byte> output, out int recoveryId, in Opaque65 signature);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recoverable_signature_parse_compact")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int ParseRecoverable(nint context, out Opaque65 signature, ReadOnlySpan<byte> input, int recoveryId);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdsa_recover")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static partial int Recover(nint context, out Opaque64 key, in Opaque65 signature, ReadOnlySpan<byte> digest);

    [LibraryImport(Library, EntryPoint = "secp256k1_ecdh")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    private static unsafe partial int Ecdh(nint context, Span<byte> output, in Opaque64 key, ReadOnlySpan<byte> secretKey,
        delegate* unmanaged[Cdecl]<byte*, byte*, byte*, void*, int> hash, nint data);
}
