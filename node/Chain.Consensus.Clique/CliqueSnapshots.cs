using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>
/// The snapshot after any header that was checked: from memory, or worked out again from the nearest one that is remembered, was
/// kept in the store, or follows from a checkpoint. Headers of a branch that is not in the store yet are checked in order, so
/// that the snapshot of the last one is in memory.
/// </summary>
internal sealed class CliqueSnapshots(CliqueSettings settings, SealMemo seals, Func<Hash256, SealedHeader?> getHeader,
    Func<Hash256, byte[]?> getKept)
{
    /// <summary>The snapshot of each so many-th block of the chain is kept in the store, the last one only.</summary>
    public const ulong KeptEvery = 1024;

    private const int Capacity = 4096;

    private readonly BoundedMap<Hash256, CliqueSnapshot> _memory = new(Capacity);

    /// <summary>The snapshot after this header; null where its ancestors are neither remembered nor in the store.</summary>
    public CliqueSnapshot? Of(SealedHeader header)
    {
        if (_memory.TryGet(header.Hash, out var known)) return known;

        // Hashes instead of headers: the way to the last checkpoint can be long.
        var way = new Stack<Hash256>();
        var cursor = header;
        CliqueSnapshot? snapshot;
        while ((snapshot = Find(cursor)) is null)
        {
            way.Push(cursor.Hash);
            if (getHeader(cursor.ParentHash) is not { } parent) return null;
            cursor = parent;
        }

        while (way.TryPop(out var hash))
            snapshot = Follow(snapshot, hash == header.Hash ? header : getHeader(hash)!);
        _memory.Add(header.Hash, snapshot);
        return snapshot;
    }

    /// <summary>Remembers the snapshot after a header that was checked.</summary>
    public CliqueSnapshot Follow(CliqueSnapshot parent, SealedHeader header)
    {
        if (_memory.TryGet(header.Hash, out var known)) return known;
        var verdict = parent.Apply(header, seals.SignerOf(header) ?? Address.Zero, settings.IsCheckpoint(header.Number));
        if (!verdict.IsOk(out var snapshot, out var error))
            throw new InvalidOperationException($"{header} was taken, but breaks a rule: {error}");
        _memory.Add(header.Hash, snapshot);
        return snapshot;
    }

    private CliqueSnapshot? Find(SealedHeader header)
    {
        if (_memory.TryGet(header.Hash, out var known)) return known;
        if (header.Number % KeptEvery == 0 && getKept(header.Hash) is { } kept) return CliqueSnapshotCodec.Decode(kept);
        return settings.IsCheckpoint(header.Number) ? FromCheckpoint(header) : null;
    }

    /// <summary>A checkpoint lists the signers and drops the votes; who sealed the blocks before it is looked up.</summary>
    private CliqueSnapshot? FromCheckpoint(SealedHeader header)
    {
        var signers = CliqueExtra.Signers(header.Header.ExtraData.Span);
        var recents = new List<RecentSigner>();
        for (var cursor = header; cursor.Number > 0 && recents.Count <= signers.Length / 2;)
        {
            recents.Add(new RecentSigner(cursor.Number, seals.SignerOf(cursor) ?? Address.Zero));
            if (getHeader(cursor.ParentHash) is not { } parent) return null;
            cursor = parent;
        }

        recents.Reverse();
        return CliqueSnapshot.Begin(header, signers, recents);
    }
}
