namespace Chain.Primitives;

/// <summary>
/// The curve's constants, and the one implementation in service: libsecp256k1 where it loads, the managed one elsewhere.
/// </summary>
public static class Secp256k1
{
    /// <summary>
    /// An <see cref="AppContext"/> switch: set to true before the first use of this class, libsecp256k1 is not looked for.
    /// For measuring and testing the managed implementation.
    /// </summary>
    public const string ManagedOnlySwitch = "Chain.Secp256k1.ManagedOnly";

    /// <summary>The modulus of the coordinates, 2^256 - 2^32 - 977.</summary>
    public static readonly UInt256 FieldPrime = new(0xfffffffefffffc2f, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    /// <summary>The order n of the group: private keys, r and s are from 1 to n - 1.</summary>
    public static readonly UInt256 Order = new(0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, ulong.MaxValue);

    /// <summary>Half the order, rounded down: the largest "low" s (EIP-2).</summary>
    public static readonly UInt256 HalfOrder = new(0xdfe92f46681b20a0, 0x5d576e7357a4501d, ulong.MaxValue, 0x7fffffffffffffff);

    /// <summary>The implementation in service.</summary>
    public static ISecp256k1 Provider => InService.Chosen.Provider;

    /// <summary>Which implementation serves and why, in one line for a log.</summary>
    public static string Description => InService.Chosen.Description;

    /// <summary>The compressed form of a public key: 2 or 3 by the parity of y, then x.</summary>
    public static void Compress(ReadOnlySpan<byte> publicKey64, Span<byte> publicKey33)
    {
        ExpectLength(publicKey64, 64, nameof(publicKey64));
        ExpectLength(publicKey33, 33, nameof(publicKey33));
        publicKey33[0] = (byte)(2 + (publicKey64[63] & 1));
        publicKey64[..32].CopyTo(publicKey33[1..]);
    }

    internal static void ExpectLength(ReadOnlySpan<byte> bytes, int length, string name)
    {
        if (bytes.Length != length)
            throw new ArgumentException($"{length} bytes were expected, {bytes.Length} were given.", name);
    }

    // Apart from the constants, which the implementations use while one of them is being chosen.
    private static class InService
    {
        public static readonly (ISecp256k1 Provider, string Description) Chosen = Choose();

        private static (ISecp256k1 Provider, string Description) Choose()
        {
            if (AppContext.TryGetSwitch(ManagedOnlySwitch, out var managedOnly) && managedOnly)
                return (new ManagedSecp256k1(), $"managed (the switch {ManagedOnlySwitch} is set)");
            return LibSecp256k1.TryLoad(out var native, out var how)
                ? (native, $"libsecp256k1 ({how})")
                : (new ManagedSecp256k1(),
                    $"managed ({how}; with it, signing would be six times as fast and recovery about twice)");
        }
    }
}
