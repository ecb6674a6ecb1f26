using Chain.Primitives;

namespace Chain.Node;

/// <summary>Answers what peers ask for, within the limits of eth/68: never more items or bytes than these, however much is asked.</summary>
internal sealed class RequestServer(NodeLimits limits, BlockTree tree, BlockImporter importer, AncestryFetcher ancestry, IChainReader store, TransactionPool pool, Outbox outbox)
{
    private const int MaxHeaders = 1024;
    private const int MaxBodies = 256;
    private const int MaxReceipts = 256;
    private const int MaxTransactions = 512;

    public void Serve(PeerId peer, WireMessage.GetBlockHeaders ask) => outbox.Send(peer, new WireMessage.BlockHeaders(ask.RequestId, Headers(ask)));

    public void Serve(PeerId peer, WireMessage.GetBlockBodies ask)
    {
        var bodies = new List<BlockBody>();
        var bytes = 0;
        foreach (var hash in ask.Hashes.Take(MaxBodies))
        {
            if (bytes > limits.ResponseBytes || BlockOf(hash) is not { } block) break;
            bodies.Add(block.Body);
            bytes += 8 + block.Body.Transactions.Sum(transaction => transaction.Encoded.Length);
        }

        outbox.Send(peer, new WireMessage.BlockBodies(ask.RequestId, bodies));
    }

    public void Serve(PeerId peer, WireMessage.GetReceipts ask)
    {
        var blocks = new List<IReadOnlyList<Receipt>>();
        var receipts = 0;
        foreach (var hash in ask.Hashes.Take(MaxReceipts))
        {
            // A receipt without logs has about 270 bytes, mostly bloom.
            if (receipts * 270 > limits.ResponseBytes || store.GetReceipts(hash) is not { } found) break;
            blocks.Add(found);
            receipts += found.Count;
        }

        outbox.Send(peer, new WireMessage.Receipts(ask.RequestId, blocks));
    }

    public void Serve(Peer peer, WireMessage.GetPooledTransactions ask)
    {
        var items = new List<Transaction>();
        var bytes = 0;
        foreach (var hash in ask.Hashes.Take(MaxTransactions))
        {
            if (bytes > limits.ResponseBytes) break;
            if (!pool.Snapshot.ByHash.TryGetValue(hash, out var pooled)) continue;
            items.Add(pooled.Recovered.Transaction);
            bytes += pooled.Recovered.Transaction.Encoded.Length;
            peer.KnownTransactions.Add(hash);
        }

        outbox.Send(peer.Id, new WireMessage.PooledTransactions(ask.RequestId, items));
    }

    public void Serve(PeerId peer, WireMessage.GetSidecars ask) => outbox.Send(peer, new WireMessage.Sidecars(
        ask.RequestId,
        [.. ask.Hashes.Take(MaxBodies).Select(hash => BlockOf(hash)?.Sidecar ?? ReadOnlyMemory<byte>.Empty)]));

    private List<SealedHeader> Headers(WireMessage.GetBlockHeaders ask)
    {
        var headers = new List<SealedHeader>();
        var start = ask.StartHash is { } hash ? HeaderOf(hash) : CanonicalHeader(ask.StartNumber);
        if (start is null) return headers;
        headers.Add(start);
        var limit = Math.Min(ask.Limit, MaxHeaders);
        var onCanonical = tree.CanonicalHash(start.Number) == start.Hash;
        while ((ulong)headers.Count < limit)
        {
            var last = headers[^1];
            if (ask.Reverse && last.Number <= ask.Skip) break;
            if (!ask.Reverse && ask.Skip > ulong.MaxValue - last.Number - 1) break;
            var next = ask.Reverse && !onCanonical ? Ancestor(last, ask.Skip + 1)
                : ask.Reverse ? CanonicalHeader(last.Number - ask.Skip - 1)
                : onCanonical ? CanonicalHeader(last.Number + ask.Skip + 1)
                : null;
            if (next is null) break;
            headers.Add(next);
        }

        return headers;
    }

    private SealedHeader? Ancestor(SealedHeader header, ulong generations)
    {
        SealedHeader? ancestor = header;
        for (var i = 0UL; i < generations && ancestor is not null && i < MaxHeaders; i++) ancestor = HeaderOf(ancestor.ParentHash);
        return ancestor;
    }

    private SealedHeader? CanonicalHeader(ulong number) => tree.CanonicalHash(number) is { } hash ? HeaderOf(hash) : null;

    private SealedHeader? HeaderOf(Hash256 hash) => tree.Find(hash)?.Header ?? store.GetHeader(hash) ?? ancestry.Find(hash);

    private Block? BlockOf(Hash256 hash) => tree.Find(hash) is { } entry ? importer.BlockOf(entry).Block : store.GetBlock(hash);
}
