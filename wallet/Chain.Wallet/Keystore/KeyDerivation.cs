using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>How a keystore file stretches its password ("kdf" and "kdfparams").</summary>
public abstract record KeyDerivation
{
    // 1 GiB for scrypt's table and about sixteen times the standard effort; the standard costs a quarter gigabyte and a second.
    private const ulong MaxScryptBytes = 1UL << 30;
    private const ulong MaxScryptWork = 1UL << 25;
    private const int MaxPbkdf2Rounds = 10_000_000;
    private const int MaxSaltBytes = 1024;
    private const int MaxKeyBytes = 64;

    private KeyDerivation() { }

    /// <summary>"scrypt" or "pbkdf2".</summary>
    public abstract string Name { get; }

    /// <summary>Whether a person notices the time it takes.</summary>
    public abstract bool IsSlow { get; }

    /// <summary>scrypt (RFC 7914) with cost n, block size r and parallelism p.</summary>
    public sealed record Scrypt(int N, int R, int P, byte[] Salt, int KeyBytes = 32) : KeyDerivation
    {
        public override string Name => "scrypt";

        public override bool IsSlow => (long)N * R * P > 1 << 18;

        public override byte[] Derive(ReadOnlySpan<byte> password) => ScryptFunction.Derive(password, Salt, N, R, P, KeyBytes);

        public override JsonObject ToJson() =>
            new() { ["dklen"] = KeyBytes, ["n"] = N, ["p"] = P, ["r"] = R, ["salt"] = Convert.ToHexStringLower(Salt) };
    }

    /// <summary>PBKDF2 (RFC 8018) with HMAC-SHA-256.</summary>
    public sealed record Pbkdf2(int Rounds, byte[] Salt, int KeyBytes = 32) : KeyDerivation
    {
        public override string Name => "pbkdf2";

        public override bool IsSlow => Rounds > 1_000_000;

        public override byte[] Derive(ReadOnlySpan<byte> password) =>
            Rfc2898DeriveBytes.Pbkdf2(password, Salt, Rounds, HashAlgorithmName.SHA256, KeyBytes);

        public override JsonObject ToJson() =>
            new() { ["c"] = Rounds, ["dklen"] = KeyBytes, ["prf"] = "hmac-sha256", ["salt"] = Convert.ToHexStringLower(Salt) };
    }

    /// <summary>What geth and ethers write: n = 262144, r = 8, p = 1.</summary>
    public static Scrypt Standard() => new(1 << 18, 8, 1, RandomNumberGenerator.GetBytes(32));

    /// <summary>What geth calls light: n = 4096, r = 8, p = 6. For keys that are worth little.</summary>
    public static Scrypt Light() => new(1 << 12, 8, 6, RandomNumberGenerator.GetBytes(32));

    /// <summary>The stretched password: the first 16 bytes decrypt, the next 16 authenticate.</summary>
    public abstract byte[] Derive(ReadOnlySpan<byte> password);

    /// <summary>The "kdfparams" object.</summary>
    public abstract JsonObject ToJson();

    internal static Verdict<KeyDerivation, KeystoreError> Parse(KeystoreFields crypto)
    {
        if (!crypto.TryText("kdf", out var name)) return KeystoreFields.Missing("crypto.kdf");
        if (!crypto.TryObject("kdfparams", out var fields)) return KeystoreFields.Missing("crypto.kdfparams");
        if (name is not ("scrypt" or "pbkdf2")) return new KeystoreError.Unsupported("key derivation", name, "scrypt, pbkdf2");
        if (!fields.TryHex("salt", out var salt)) return KeystoreFields.Missing("kdfparams.salt");
        if (salt.Length > MaxSaltBytes)
            return new KeystoreError.TooCostly("a salt", $"{salt.Length} bytes", $"{MaxSaltBytes} bytes");
        if (!fields.TryNumber("dklen", out var keyBytes) || keyBytes < 32)
            return KeystoreFields.Missing("kdfparams.dklen, at least 32");
        if (keyBytes > MaxKeyBytes) return new KeystoreError.TooCostly("dklen", $"{keyBytes}", $"{MaxKeyBytes}");
        return name == "scrypt" ? ParseScrypt(fields, salt, (int)keyBytes) : ParsePbkdf2(fields, salt, (int)keyBytes);
    }

    private static Verdict<KeyDerivation, KeystoreError> ParseScrypt(KeystoreFields fields, byte[] salt, int keyBytes)
    {
        if (!fields.TryNumber("n", out var n) || n < 2 || !BitOperations.IsPow2(n))
            return KeystoreFields.Missing("kdfparams.n, a power of two");
        if (!fields.TryNumber("r", out var r) || r == 0) return KeystoreFields.Missing("kdfparams.r");
        if (!fields.TryNumber("p", out var p) || p == 0) return KeystoreFields.Missing("kdfparams.p");
        var cost = $"n = {n}, r = {r}, p = {p}";
        if ((UInt128)n * r * 128 > MaxScryptBytes)
            return new KeystoreError.TooCostly("scrypt memory", $"{(UInt128)n * r * 128 >> 20} MiB ({cost})",
                $"{MaxScryptBytes >> 20} MiB");
        if ((UInt128)n * r * p > MaxScryptWork)
            return new KeystoreError.TooCostly("scrypt work n·r·p", $"{(UInt128)n * r * p} ({cost})", $"{MaxScryptWork}");
        return new Scrypt((int)n, (int)r, (int)p, salt, keyBytes);
    }

    private static Verdict<KeyDerivation, KeystoreError> ParsePbkdf2(KeystoreFields fields, byte[] salt, int keyBytes)
    {
        if (!fields.TryText("prf", out var prf)) return KeystoreFields.Missing("kdfparams.prf");
        if (prf != "hmac-sha256") return new KeystoreError.Unsupported("pseudo-random function", prf, "hmac-sha256");
        if (!fields.TryNumber("c", out var rounds) || rounds == 0) return KeystoreFields.Missing("kdfparams.c");
        if (rounds > MaxPbkdf2Rounds) return new KeystoreError.TooCostly("c", $"{rounds} rounds", $"{MaxPbkdf2Rounds}");
        return new Pbkdf2((int)rounds, salt, keyBytes);
    }
}
