using System.Buffers.Binary;
using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>
/// When a signer seals the block after a head: the signer in turn at once, the others later, each at its own time.
/// </summary>
internal sealed class CliqueClock(CliqueSettings settings)
{
    // A block in turn reaches everybody in this time on a good network, so that nobody seals beside it.
    private const long LeastDelayMs = 100;

    private const long DelayPerSignerMs = 500;

    /// <summary>The least timestamp of a block on this parent, in milliseconds.</summary>
    public long DueMs(SealedHeader parent) => checked((long)(parent.Header.Timestamp + settings.PeriodSeconds) * 1000);

    /// <summary>
    /// How long after the signer in turn this one seals: up to SIGNER_LIMIT × 500 ms. It follows from parent and signer, so that
    /// equal networks do the same.
    /// </summary>
    public static long DelayMs(CliqueSnapshot parent, Address signer)
    {
        if (parent.IsInTurn(signer)) return 0;
        var hash = Keccak256.Hash([.. parent.Hash.Bytes, .. signer.Bytes]);
        var range = (ulong)(LongestDelayMs(parent) - LeastDelayMs + 1);
        return LeastDelayMs + (long)(BinaryPrimitives.ReadUInt64BigEndian(hash.Bytes) % range);
    }

    /// <summary>The time after which every signer that may seal has done so.</summary>
    public static long LongestDelayMs(CliqueSnapshot parent) => parent.SignerLimit * DelayPerSignerMs;
}
