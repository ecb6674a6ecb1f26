using System.Text;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// Everything that a reader answers about a script's history, as text: two stores agree when the texts are equal.
/// </summary>
internal static class StoreDump
{
    public static string Of(IChainReader reader, StoreScript script)
    {
        var text = new StringBuilder(WithoutState(reader, script));
        foreach (var (hash, _) in script.TrieNodes) text.AppendLine($"node {hash}: {Digest(reader.GetTrieNode(hash))}");
        foreach (var (hash, _) in script.Codes) text.AppendLine($"code {hash}: {Digest(reader.GetCode(hash))}");
        return text.ToString();
    }

    /// <summary>The same without trie nodes and codes.</summary>
    public static string WithoutState(IChainReader reader, StoreScript script)
    {
        var text = new StringBuilder();
        text.AppendLine($"head {reader.GetHead()}");
        foreach (var hash in script.BlockHashes) AppendBlock(text, reader, hash);
        for (ulong number = 0; number <= script.Height + 2; number++)
        {
            text.AppendLine($"number {number}: {reader.GetCanonicalHash(number)}; "
                + $"{string.Join(", ", reader.GetBlocksAt(number))}");
        }

        foreach (var hash in script.TransactionHashes)
        {
            text.AppendLine($"tx {hash}: {reader.GetTransactionLocation(hash)}; "
                + $"{string.Join(", ", reader.GetTransactionSteps(hash))}");
        }

        foreach (var account in script.Accounts)
        {
            text.AppendLine($"history {account}:");
            AddressCursor? cursor = null;
            while (reader.GetAddressHistory(account, cursor, 7) is { Count: > 0 } page)
            {
                foreach (var entry in page) text.AppendLine($"  {entry}");
                cursor = new AddressCursor(page[^1].BlockNumber, page[^1].Index);
            }
        }

        text.AppendLine($"reorgs {string.Join("; ", reader.GetReorgs(1000))}");
        text.AppendLine($"log {string.Join("; ", reader.GetChainLog(0, 100_000))}");
        return text.ToString();
    }

    private static string Digest(ReadOnlySpan<byte> bytes) => $"{bytes.Length} bytes, {Keccak256.Hash(bytes).ToShortString()}";

    private static void AppendBlock(StringBuilder text, IChainReader reader, Hash256 hash)
    {
        text.AppendLine($"block {hash}: {reader.GetBlockRecord(hash)} {reader.GetHeader(hash)}");
        if (reader.GetBlock(hash) is { } block)
        {
            var rlp = new RlpWriter();
            block.WriteTo(rlp);
            text.AppendLine($"  {Digest(rlp.WrittenSpan)}, sidecar {Digest(block.Sidecar.Span)}");
        }

        var receipts = reader.GetReceipts(hash)?.Select(receipt => Digest(receipt.Encode()));
        text.AppendLine($"  receipts {(receipts is null ? "none" : string.Join(" ", receipts))}");
        text.AppendLine($"  senders {(reader.GetSenders(hash) is { } senders ? string.Join(" ", senders) : "none")}");
    }
}
