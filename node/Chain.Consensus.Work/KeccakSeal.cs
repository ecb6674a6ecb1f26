using System.Buffers.Binary;
using Chain.Primitives;

namespace Chain.Consensus.Work;

/// <summary>The proof-of-work seal: one Keccak-256 over 40 bytes, compared with a target (docs/consensus/work.md).</summary>
public static class KeccakSeal
{
    /// <summary>keccak256(sealHash ‖ nonce as 8 bytes big-endian).</summary>
    public static Hash256 PowHash(Hash256 sealHash, ulong nonce)
    {
        Span<byte> input = stackalloc byte[Hash256.Size + 8];
        sealHash.CopyTo(input);
        BinaryPrimitives.WriteUInt64BigEndian(input[Hash256.Size..], nonce);
        return Keccak256.Hash(input);
    }

    /// <summary>
    /// The greatest proof-of-work hash, read big-endian, that this difficulty allows: (2^256 - 1) / difficulty.
    /// </summary>
    /// <exception cref="DivideByZeroException">Difficulty zero.</exception>
    public static UInt256 Target(UInt256 difficulty) => UInt256.MaxValue / difficulty;

    /// <summary>Whether this nonce seals the header at this difficulty.</summary>
    public static bool IsSolution(Hash256 sealHash, ulong nonce, UInt256 difficulty) =>
        !difficulty.IsZero && PowHash(sealHash, nonce).ToUInt256() <= Target(difficulty);

    /// <summary>Null when the header's nonce seals it at the difficulty that it states, which must not be zero.</summary>
    public static HeaderError? Check(BlockHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var powHash = PowHash(header.SealHash(), header.Nonce);
        var target = Target(header.Difficulty);
        return powHash.ToUInt256() <= target ? null : new HeaderError.InvalidSeal(powHash, target);
    }
}
