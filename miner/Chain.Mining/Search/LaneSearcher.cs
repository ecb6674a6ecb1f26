using System.Numerics;
using System.Runtime.CompilerServices;

namespace Chain.Mining;

/// <summary>
/// The engine of one instruction set: walks a range vector by vector and verifies every hit with the full hash.
/// </summary>
internal sealed class LaneSearcher<TOps, TVector>(string name) : INonceSearcher
    where TOps : ILaneOps<TVector>
    where TVector : struct
{
    // Nonces between two looks at the cancellation: below a millisecond on the slowest engine, far above the cost of looking.
    private const ulong Chunk = 1024;

    public string Name => name;

    public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
    {
        var midstate = new Midstate(job);
        var bound = job.TargetTop;
        var found = new List<ulong>();
        var done = 0UL;
        while (done < count && !ct.IsCancellationRequested)
        {
            var chunk = Math.Min(Chunk, count - done);
            SearchChunk(job, in midstate, bound, unchecked(firstNonce + done), (int)chunk, found);
            done += chunk;
        }

        return new SearchResult(done, found);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SearchChunk(SearchJob job, in Midstate midstate, ulong bound, ulong first, int count, List<ulong> found)
    {
        for (var i = 0; i < count; i += TOps.Lanes)
        {
            var nonce = unchecked(first + (ulong)i);
            var hits = TOps.AtMost(KeccakLanes<TOps, TVector>.Lane0(in midstate, TOps.NonceLanes(nonce)), bound);
            if (hits != 0) Verify(job, nonce, hits, count - i, found);
        }
    }

    // Lanes past the end of the range belong to someone else's.
    private static void Verify(SearchJob job, ulong first, uint hits, int lanesInRange, List<ulong> found)
    {
        for (; hits != 0; hits &= hits - 1)
        {
            var lane = BitOperations.TrailingZeroCount(hits);
            if (lane >= lanesInRange) return;
            var nonce = unchecked(first + (ulong)lane);
            if (job.IsSolvedBy(nonce)) found.Add(nonce);
        }
    }
}
