using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>A message to a peer, written as a script writes one of a peer's.</summary>
internal static class MessageText
{
    public static string Of(WireMessage message, ScriptNames names) => message switch
    {
        WireMessage.Status status => Of(status, names),
        WireMessage.NewBlockHashes announced => $"new-hashes {string.Join(' ', announced.Blocks.Select(names.Of))}",
        WireMessage.NewBlock block => $"new-block {names.Of(block.Block.Hash)} total {block.TotalDifficulty}",
        WireMessage.NewBlockWithSidecar block =>
            $"new-block-with-sidecar {names.Of(block.Block.Hash)} total {block.TotalWeight}",
        WireMessage.Transactions sent => $"transactions {Of(sent.Items, names)}",
        WireMessage.NewPooledTransactionHashes announced => $"new-transactions {Of(announced, names)}",
        WireMessage.GetBlockHeaders ask => $"get-headers #{ask.RequestId} {Of(ask, names)}",
        WireMessage.BlockHeaders answer =>
            List($"headers #{answer.RequestId}", names.Of(answer.Headers.Select(header => header.Hash))),
        WireMessage.GetBlockBodies ask => List($"get-bodies #{ask.RequestId}", names.Of(ask.Hashes)),
        WireMessage.BlockBodies answer =>
            List($"bodies #{answer.RequestId}", string.Join(' ', answer.Bodies.Select(body => Of(body, names)))),
        WireMessage.GetPooledTransactions ask => List($"get-transactions #{ask.RequestId}", names.Of(ask.Hashes)),
        WireMessage.PooledTransactions answer => List($"pooled #{answer.RequestId}", Of(answer.Items, names)),
        WireMessage.GetReceipts ask => List($"get-receipts #{ask.RequestId}", names.Of(ask.Hashes)),
        WireMessage.Receipts answer => List($"receipts #{answer.RequestId}", string.Join(' ', answer.Blocks.Select(Of))),
        WireMessage.BlockRangeUpdate range =>
            $"range {range.Earliest}..{range.Latest} {names.Of(new BlockRef(range.Latest, range.LatestHash))}",
        WireMessage.GetSidecars ask => List($"get-sidecars #{ask.RequestId}", names.Of(ask.Hashes)),
        WireMessage.Sidecars answer =>
            List($"sidecars #{answer.RequestId}", string.Join(' ', answer.Items.Select(item => $"{item.Length}"))),
        WireMessage.OfConsensus consensus => $"consensus {consensus.Message.GetType().Name}",
        _ => throw new InvalidOperationException($"No text for {message.GetType().Name}."),
    };

    private static string List(string what, string items) => items.Length == 0 ? $"{what} none" : $"{what} {items}";

    private static string Of(WireMessage.Status status, ScriptNames names) =>
        status.Version >= 69
            ? $"status eth/{status.Version} head {names.Of(new BlockRef(status.HeadNumber, status.HeadHash))} "
                + $"from {status.EarliestBlock}"
            : $"status eth/{status.Version} head {names.Of(status.HeadHash)} total {status.TotalDifficulty}";

    private static string Of(WireMessage.GetBlockHeaders ask, ScriptNames names)
    {
        var start = ask.StartHash is { } hash ? names.Of(hash) : $"{ask.StartNumber}";
        var skip = ask.Skip == 0 ? "" : $" skip={ask.Skip}";
        return $"{start} limit={ask.Limit}{skip}{(ask.Reverse ? " down" : "")}";
    }

    /// <summary>A body has no hash: it is what it holds.</summary>
    private static string Of(BlockBody body, ScriptNames names) => $"[{Of(body.Transactions, names)}]";

    private static string Of(IReadOnlyList<Receipt> receipts) => $"[{string.Join(' ', receipts.Select(Of))}]";

    private static string Of(Receipt receipt) => $"{(receipt.Succeeded ? "ok" : "failed")}@{receipt.CumulativeGasUsed}";

    private static string Of(IEnumerable<Transaction> transactions, ScriptNames names) =>
        names.Of(transactions.Select(transaction => transaction.Hash));

    /// <summary>Types and sizes follow from the transactions; where they do not, they are shown.</summary>
    private static string Of(WireMessage.NewPooledTransactionHashes announced, ScriptNames names)
    {
        for (var i = 0; i < announced.Hashes.Count; i++)
        {
            var transaction = names.Transaction(names.Of(announced.Hashes[i]));
            if (announced.Types[i] != (byte)transaction.Type || announced.Sizes[i] != transaction.Encoded.Length)
                throw new InvalidOperationException($"{names.Of(announced.Hashes[i])} is announced with a wrong type or size.");
        }

        return names.Of(announced.Hashes);
    }
}
