using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Chain.Consensus.Work;
using Chain.Primitives;

namespace Chain.Mining;

/// <summary>
/// What a search looks for: nonces whose hash keccak256(<paramref name="SealHash"/> ‖ nonce as 8 bytes big-endian), read as a
/// big-endian number, is at most <paramref name="Target"/> (docs/consensus/work.md).
/// </summary>
public readonly record struct SearchJob(Hash256 SealHash, UInt256 Target)
{
    /// <summary>The target's top 64 bits: what an engine compares before it reports a nonce, verified in full.</summary>
    internal ulong TargetTop
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Hash256.Size];
            Target.WriteBigEndian(bytes);
            return BinaryPrimitives.ReadUInt64BigEndian(bytes);
        }
    }

    /// <summary>Whether the nonce solves this job: the full check that every hit of every engine passes.</summary>
    public bool IsSolvedBy(ulong nonce) => KeccakSeal.PowHash(SealHash, nonce).ToUInt256() <= Target;

    /// <summary>The seal hash as the first four lanes of the sponge.</summary>
    internal void CopyLanes(Span<ulong> lanes)
    {
        SealHash.CopyTo(MemoryMarshal.AsBytes(lanes[..4]));
        if (!BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(lanes[..4], lanes[..4]);
    }
}

/// <summary>What a search did.</summary>
/// <param name="HashesDone">How many nonces were tried; less than asked for only when the search was cancelled.</param>
/// <param name="Nonces">Every solution among those tried, in the order of the search.</param>
public readonly record struct SearchResult(ulong HashesDone, IReadOnlyList<ulong> Nonces);
