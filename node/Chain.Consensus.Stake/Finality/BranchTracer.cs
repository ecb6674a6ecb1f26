using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Finds out where branches leave our chain whose blocks are not here and will not be, because what is final here excludes them:
/// asks for headers downwards until one is of a block that is here. Who trusts the hash of a branch's block can trust what is
/// found, because each header is bound by the hash in the one above it. The latest headers are kept.
/// </summary>
internal sealed class BranchTracer(IConsensusHost host)
{
    private const int HeadersKept = 4096;

    private readonly SortedDictionary<Epoch, List<Trace>> _byEpoch = [];
    private readonly Queue<Hash256> _order = new();

    // Looked up only: the order is unspecified.
    private readonly Dictionary<Hash256, SealedHeader> _headers = [];

    private sealed class Trace(Hash256 block)
    {
        public Hash256 Block { get; } = block;

        /// <summary>The block whose header to ask for next.</summary>
        public Hash256 Next { get; set; } = block;

        public bool IsFound { get; set; }

        /// <summary>That nobody had the next header when all were asked.</summary>
        public bool IsUnanswered { get; set; }

        /// <summary>Where the branch leaves the blocks that are here; null for one that begins at another genesis.</summary>
        public SealedHeader? Meets { get; set; }
    }

    /// <summary>
    /// Whether a checkpoint's block is here, or it is known where its branch leaves what is, or that nobody can tell now. When
    /// not, it will be asked for.
    /// </summary>
    public bool IsTraced(Checkpoint checkpoint)
    {
        if (host.GetHeader(checkpoint.Root) is not null) return true;
        if (Find(checkpoint) is { } trace) return trace.IsFound || trace.IsUnanswered;
        if (!_byEpoch.TryGetValue(checkpoint.Epoch, out var traces)) _byEpoch.Add(checkpoint.Epoch, traces = []);
        traces.Add(trace = new Trace(checkpoint.Root));
        Advance(trace);
        return trace.IsFound;
    }

    /// <summary>The headers from a block downwards, as far as they are known.</summary>
    public IEnumerable<SealedHeader> Down(Hash256 from, int most)
    {
        var next = Known(from);
        for (var i = 0; i < most && next is not null; i++)
        {
            yield return next;
            next = next.Number == 0 ? null : Known(next.ParentHash);
        }
    }

    /// <summary>Whether a checkpoint's branch contains a block that is here; null when nobody can tell.</summary>
    public bool? Contains(Checkpoint checkpoint, SealedHeader block)
    {
        if (LastHere(checkpoint) is { } last) return IsAncestor(block, last);
        return Find(checkpoint) is { IsFound: true } ? false : null;
    }

    /// <summary>
    /// The last block that a checkpoint's branch has in common with the one of a block that is here; null when nobody can tell.
    /// </summary>
    public SealedHeader? LastShared(Checkpoint checkpoint, SealedHeader block)
    {
        var (theirs, ours) = (LastHere(checkpoint), block);
        while (theirs is not null && ours is not null && theirs.Hash != ours.Hash)
        {
            if (theirs.Number > ours.Number) theirs = host.GetHeader(theirs.ParentHash);
            else ours = host.GetHeader(ours.ParentHash);
        }

        return ours is null ? null : theirs;
    }

    /// <summary>Whether a checkpoint's branch is being asked for.</summary>
    public bool IsUnderWay(Checkpoint checkpoint) => Find(checkpoint) is { IsFound: false };

    /// <summary>Headers that nobody was asked for: what is traced goes on over those that its hashes bind.</summary>
    public void Learn(IReadOnlyList<SealedHeader> headers)
    {
        foreach (var header in headers) Keep(header);
        foreach (var trace in All) Advance(trace);
    }

    /// <summary>Asks for what is missing.</summary>
    public void Ask(At now)
    {
        foreach (var trace in All.Where(trace => !trace.IsFound && !trace.IsUnanswered).ToList())
            host.AskHeaders(trace.Next, now);
    }

    /// <summary>Headers that were asked for, or none. Answers whether a walk has come to its end by them.</summary>
    /// <param name="from">The block that was asked for.</param>
    /// <param name="headers">From it downwards, linked.</param>
    public bool OnHeaders(Hash256 from, IReadOnlyList<SealedHeader> headers)
    {
        foreach (var header in headers) Keep(header);
        var hasEnded = false;
        foreach (var trace in All.Where(trace => !trace.IsFound && trace.Next == from).ToList())
        {
            if (headers.Count == 0) trace.IsUnanswered = true;
            else Advance(trace);
            hasEnded |= trace.IsFound || trace.IsUnanswered;
        }

        return hasEnded;
    }

    /// <summary>What nobody could tell may be asked again.</summary>
    public void Retry()
    {
        foreach (var trace in All) trace.IsUnanswered = false;
    }

    /// <summary>Forgets checkpoints before an epoch.</summary>
    public void Prune(Epoch oldest)
    {
        foreach (var old in _byEpoch.Keys.Where(epoch => epoch < oldest).ToList()) _byEpoch.Remove(old);
    }

    /// <summary>Whether a block is the other's ancestor, or the same; both are here.</summary>
    public bool IsAncestor(SealedHeader block, SealedHeader of)
    {
        var at = of;
        while (at.Number > block.Number && host.GetHeader(at.ParentHash) is { } parent) at = parent;
        return at.Hash == block.Hash;
    }

    private IEnumerable<Trace> All => _byEpoch.Values.SelectMany(traces => traces);

    /// <summary>The checkpoint's block or its last ancestor that is here, as far as is known.</summary>
    private SealedHeader? LastHere(Checkpoint checkpoint) => host.GetHeader(checkpoint.Root) ?? Find(checkpoint)?.Meets;

    private Trace? Find(Checkpoint checkpoint) =>
        _byEpoch.GetValueOrDefault(checkpoint.Epoch)?.Find(trace => trace.Block == checkpoint.Root);

    private SealedHeader? Known(Hash256 hash) => host.GetHeader(hash) ?? _headers.GetValueOrDefault(hash);

    private void Keep(SealedHeader header)
    {
        if (!_headers.TryAdd(header.Hash, header)) return;
        _order.Enqueue(header.Hash);
        if (_order.Count > HeadersKept) _headers.Remove(_order.Dequeue());
    }

    private void Advance(Trace trace)
    {
        while (!trace.IsFound && _headers.TryGetValue(trace.Next, out var header))
        {
            trace.Next = header.ParentHash;
            trace.Meets = host.GetHeader(header.ParentHash);
            trace.IsFound = trace.Meets is not null || header.Number == 0;
        }
    }
}
