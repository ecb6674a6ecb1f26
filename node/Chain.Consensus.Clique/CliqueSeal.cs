using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>The seal of a Clique block: its signer's signature over everything else in the header (EIP-225).</summary>
public static class CliqueSeal
{
    /// <summary>
    /// keccak256 of the header's RLP with extraData without its last 65 bytes; nonce and mixHash included, and London's base fee.
    /// </summary>
    public static Hash256 SealHash(BlockHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return (header with { ExtraData = header.ExtraData[..^CliqueExtra.SealLength] }).ComputeHash();
    }

    /// <summary>
    /// Who sealed the header; false where extraData is too short for a seal, or the seal is not a signature with a low s.
    /// </summary>
    public static bool TryRecover(BlockHeader header, out Address signer)
    {
        ArgumentNullException.ThrowIfNull(header);
        signer = Address.Zero;
        return header.ExtraData.Length >= CliqueExtra.PlainLength
            && CliqueExtra.Seal(header.ExtraData.Span).TryRecoverAddress(SealHash(header), out signer);
    }

    /// <summary>The header with this seal.</summary>
    public static BlockHeader Attach(BlockHeader header, Signature seal)
    {
        ArgumentNullException.ThrowIfNull(header);
        return header with { ExtraData = CliqueExtra.WithSeal(header.ExtraData.Span, seal) };
    }
}
