using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Reads the validators that a genesis file of proof of stake names.</summary>
internal static class GenesisValidatorsJson
{
    private const int CompressedSize = 33;
    private const int UncompressedSize = 64;

    /// <exception cref="GenesisException">A key that is no point or stands there twice, too little stake, or fewer active
    /// validators than an epoch has slots.</exception>
    public static IReadOnlyList<GenesisValidator> Parse(GenesisSection chain, ProofOfStakeSettings settings)
    {
        var validators = new List<GenesisValidator>();
        var byKey = new SortedDictionary<string, string>(StringComparer.Ordinal);
        ulong active = 0;
        foreach (var entry in chain.Sections("validators"))
        {
            var validator = ParseOne(entry, settings);
            var key = Hex.Encode(validator.PublicKey.Span);
            if (!byKey.TryAdd(key, entry.NameOf("publicKey")))
                throw new GenesisException($"`{entry.NameOf("publicKey")}` is the key of `{byKey[key]}` again; a key stands "
                    + $"for one validator.");
            if (validator.BalanceGwei >= settings.MaxEffectiveBalance) active++;
            validators.Add(validator);
        }

        if (active < settings.SlotsPerEpoch)
        {
            throw new GenesisException(
                $"`config.chain.validators` has {active} validators with {settings.MaxEffectiveBalance} Gwei; there must be at "
                    + $"least {settings.SlotsPerEpoch}, one for each slot of an epoch, because a committee must not be empty.");
        }

        return validators;
    }

    private static GenesisValidator ParseOne(GenesisSection entry, ProofOfStakeSettings settings)
    {
        var key = entry.Parsed("publicKey", ParseKey);
        var commitment = entry.Parsed("randaoCommitment", Hash256.Parse);
        var address = entry.Parsed<Address?>("withdrawalAddress", text => Address.Parse(text), null);
        var balance = entry.Word("balanceGwei", settings.MaxEffectiveBalance, settings.EffectiveBalanceIncrement, 1UL << 56,
            "in Gwei, beginning at `effectiveBalanceIncrement`");
        entry.ExpectNothingElse();
        return new GenesisValidator(key, commitment, address, balance);
    }

    /// <summary>A key as 33 compressed or 64 uncompressed bytes; a point of the curve.</summary>
    private static ReadOnlyMemory<byte> ParseKey(string text)
    {
        var given = Hex.Decode(text);
        if (given.Length is not (CompressedSize or UncompressedSize))
            throw new FormatException($"a public key has {CompressedSize} bytes (compressed) or {UncompressedSize} (x and y), "
                + $"not {given.Length}.");
        var compressed = given;
        if (given.Length == UncompressedSize) Secp256k1.Compress(given, compressed = new byte[CompressedSize]);
        var key = new byte[UncompressedSize];
        if (!Secp256k1.Provider.TryDecompress(compressed, key)
            || (given.Length == UncompressedSize && !key.AsSpan().SequenceEqual(given)))
            throw new FormatException("it is no point of secp256k1.");
        return key;
    }
}
