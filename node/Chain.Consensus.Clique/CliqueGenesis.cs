using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>What Clique asks of the genesis block: it is the first checkpoint, and names the first signers.</summary>
internal static class CliqueGenesis
{
    /// <exception cref="GenesisException">A value with which Clique cannot work.</exception>
    public static void Check(GenesisFile genesis)
    {
        if (genesis.Difficulty.IsZero) throw new GenesisException("`difficulty` is 0; under Clique it must be at least 1.");
        if (genesis.Nonce != 0)
            throw new GenesisException($"`nonce` is {genesis.Nonce}; under Clique it must be 0, because a checkpoint casts no "
                + $"vote.");
        if (!genesis.MixHash.IsZero) throw new GenesisException($"`mixHash` is {genesis.MixHash}; under Clique it must be zero.");
        if (genesis.Beneficiary != Address.Zero)
            throw new GenesisException($"`coinbase` is {genesis.Beneficiary}; under Clique it must be zero, because a checkpoint "
                + $"casts no vote.");
        CheckExtraData(genesis.ExtraData.Span);
    }

    private static void CheckExtraData(ReadOnlySpan<byte> data)
    {
        const string Expected = "32 bytes of any content, 20 for each signer in ascending order, and 65 zero bytes";
        if (!CliqueExtra.TryCountSigners(data.Length, out var count) || count == 0)
            throw new GenesisException($"`extraData` has {data.Length} bytes; under Clique it must have {Expected}, for 1 to "
                + $"{CliqueExtra.MaxSigners} signers.");
        if (data[^CliqueExtra.SealLength..].ContainsAnyExcept((byte)0))
            throw new GenesisException($"`extraData` ends with {Hex.Encode(data[^CliqueExtra.SealLength..])}; under Clique its "
                + $"last {CliqueExtra.SealLength} bytes must be zero, because nobody seals the genesis block.");
        var signers = CliqueExtra.Signers(data);
        for (var i = 1; i < signers.Length; i++)
        {
            if (signers[i] <= signers[i - 1])
                throw new GenesisException($"`extraData` lists the signer {signers[i]} after {signers[i - 1]}; it must have "
                    + $"{Expected}, none of them twice.");
        }
    }
}
