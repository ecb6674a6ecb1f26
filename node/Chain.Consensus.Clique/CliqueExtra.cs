using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>
/// The extraData of a Clique header (EIP-225): the signer's vanity, in a checkpoint the signers in ascending order, the seal.
/// </summary>
public static class CliqueExtra
{
    /// <summary>EXTRA_VANITY: bytes that mean nothing to the rule.</summary>
    public const int VanityLength = 32;

    /// <summary>EXTRA_SEAL: the bytes of a signature, r ‖ s ‖ yParity.</summary>
    public const int SealLength = Signature.Size;

    /// <summary>The most signers that a checkpoint may list, so that a header whose parent is unknown stays small.</summary>
    public const int MaxSigners = 1024;

    /// <summary>The least length, and the only one of a block that is no checkpoint.</summary>
    public const int PlainLength = VanityLength + SealLength;

    /// <summary>How many signers fit between vanity and seal; false for a length that no header may have.</summary>
    public static bool TryCountSigners(int length, out int count)
    {
        var (whole, rest) = Math.DivRem(length - PlainLength, Address.Size);
        count = whole;
        return length >= PlainLength && rest == 0 && whole <= MaxSigners;
    }

    /// <summary>The bytes of a header still to be sealed: the seal is zero.</summary>
    /// <param name="vanity">At most <see cref="VanityLength"/> bytes; filled up with zeros.</param>
    /// <param name="signers">In ascending order; none except in a checkpoint.</param>
    public static byte[] Unsealed(ReadOnlySpan<byte> vanity, IReadOnlyList<Address> signers)
    {
        ArgumentNullException.ThrowIfNull(signers);
        var data = new byte[PlainLength + (signers.Count * Address.Size)];
        vanity.CopyTo(data);
        for (var i = 0; i < signers.Count; i++) signers[i].Bytes.CopyTo(data.AsSpan(VanityLength + (i * Address.Size)));
        return data;
    }

    /// <summary>The listed signers, of data whose length is good.</summary>
    public static Address[] Signers(ReadOnlySpan<byte> data)
    {
        var list = data[VanityLength..^SealLength];
        var signers = new Address[list.Length / Address.Size];
        for (var i = 0; i < signers.Length; i++) signers[i] = new Address(list.Slice(i * Address.Size, Address.Size));
        return signers;
    }

    /// <summary>The seal, of data whose length is good.</summary>
    public static Signature Seal(ReadOnlySpan<byte> data) => Signature.FromBytes(data[^SealLength..]);

    /// <summary>The same data with this seal.</summary>
    public static byte[] WithSeal(ReadOnlySpan<byte> data, Signature seal)
    {
        var copy = data.ToArray();
        seal.CopyTo(copy.AsSpan(copy.Length - SealLength));
        return copy;
    }
}
