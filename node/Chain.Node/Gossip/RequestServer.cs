using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Answers what peers ask for, within the limits of eth/68: never more items or bytes than these, however much is asked.
/// </summary>
internal sealed class RequestServer(NodeLimits limits, BlockTree tree, BlockImporter importer, AncestryFetcher ancestry,
    IChainReader store, TransactionPool pool, Outbox outbox)
{
    private const int MaxHeaders = 1024;
    private const int MaxBodies = 256;
    private const int MaxReceipts = 256;
    private const int MaxTransactions = 512;

    // How many times the size of an answer may be read for it.
    private const long ReadForSidecars = 16;

    /// <summary>Answers a question; false for what is none.</summary>
    public bool TryServe(Peer peer, WireMessage message)
    {
        switch (message)
        {
            case WireMessage.GetBlockHeaders ask:
                Serve(peer.Id, ask);
                return true;
            case WireMessage.GetBlockBodies ask:
                Serve(peer.Id, ask);
                return true;
            case WireMessage.GetReceipts ask:
                Serve(peer.Id, ask);
                return true;
            case WireMessage.GetPooledTransactions ask:
                Serve(peer, ask);
                return true;
            case WireMessage.GetSidecars ask:
                Serve(peer.Id, ask);
                return true;
            default:
                return false;
        }
    }

    private void Serve(PeerId peer, WireMessage.GetBlockHeaders ask) =>
        outbox.Send(peer, new WireMessage.BlockHeaders(ask.RequestId, Headers(ask)));

    private void Serve(PeerId peer, WireMessage.GetBlockBodies ask)
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

    private void Serve(PeerId peer, WireMessage.GetReceipts ask)
    {
        var blocks = new List<IReadOnlyList<Receipt>>();
        var bytes = 0;
        foreach (var hash in ask.Hashes.Take(MaxReceipts))
        {
            if (bytes > limits.ResponseBytes || store.GetReceipts(hash) is not { } found) break;
            blocks.Add(found);
            bytes += found.Sum(SizeOf);
        }

        outbox.Send(peer, new WireMessage.Receipts(ask.RequestId, blocks));
    }

    private void Serve(Peer peer, WireMessage.GetPooledTransactions ask)
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

    private void Serve(PeerId peer, WireMessage.GetSidecars ask)
    {
        var sidecars = new List<ReadOnlyMemory<byte>>();
        var (bytes, read) = (0L, 0L);
        foreach (var hash in ask.Hashes.Take(MaxBodies))
        {
            // A sidecar is read with its whole block.
            if (bytes > limits.ResponseBytes || read > ReadForSidecars * limits.ResponseBytes) break;
            var block = BlockOf(hash);
            sidecars.Add(block?.Sidecar ?? ReadOnlyMemory<byte>.Empty);
            bytes += 8 + sidecars[^1].Length;
            read += block is null ? 0 : BlockSize.Of(block);
        }

        outbox.Send(peer, new WireMessage.Sidecars(ask.RequestId, sidecars));
    }

    // A receipt without logs has about 270 bytes, mostly bloom.
    private static int SizeOf(Receipt receipt) =>
        270 + receipt.Logs.Sum(log => 32 + (log.Topics.Count * Hash256.Size) + log.Data.Length);

    private List<SealedHeader> Headers(WireMessage.GetBlockHeaders ask)
    {
        var headers = new List<SealedHeader>();
        var limit = Math.Min(ask.Limit, MaxHeaders);
        var next = limit == 0 ? null : ask.StartHash is { } hash ? HeaderOf(hash) : CanonicalHeader(ask.StartNumber);
        var steps = limits.AncestorSteps;
        while (next is not null)
        {
            headers.Add(next);
            if ((ulong)headers.Count == limit) break;
            next = ask.Reverse ? Ancestor(next, ask.Skip, ref steps) : Descendant(next, ask.Skip);
        }

        return headers;
    }

    /// <summary>The canonical block so far above a canonical one; above others nobody can tell which one is meant.</summary>
    private SealedHeader? Descendant(SealedHeader header, ulong skip) =>
        skip < ulong.MaxValue - header.Number && IsCanonical(header) ? CanonicalHeader(header.Number + skip + 1) : null;

    /// <summary>
    /// The ancestor so far below a block. On a branch of its own it is walked to, one header for each step of the answer's
    /// budget; from where the branch meets the canonical chain the number tells. Null below genesis and when the budget is
    /// spent: an answer may be short.
    /// </summary>
    private SealedHeader? Ancestor(SealedHeader header, ulong skip, ref int steps)
    {
        if (header.Number <= skip) return null;
        var number = header.Number - skip - 1;
        SealedHeader? ancestor = header;
        while (ancestor is not null && ancestor.Number > number && !IsCanonical(ancestor))
        {
            if (steps-- == 0) return null;
            ancestor = HeaderOf(ancestor.ParentHash);
        }

        return ancestor is null || ancestor.Number == number ? ancestor : CanonicalHeader(number);
    }

    private bool IsCanonical(SealedHeader header) => tree.CanonicalHash(header.Number) == header.Hash;

    private SealedHeader? CanonicalHeader(ulong number) => tree.CanonicalHash(number) is { } hash ? HeaderOf(hash) : null;

    private SealedHeader? HeaderOf(Hash256 hash) => tree.Find(hash)?.Header ?? store.GetHeader(hash) ?? ancestry.Find(hash);

    private Block? BlockOf(Hash256 hash) => tree.Find(hash) is { } entry ? importer.BlockOf(entry) : store.GetBlock(hash);
}
