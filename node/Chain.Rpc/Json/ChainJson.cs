using System.Text.Json;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>
/// The objects of the chain_ namespace. Block numbers, wei and difficulties are hex quantities as in eth_; milliseconds, counts,
/// probabilities and rates are plain numbers.
/// </summary>
internal static class ChainJson
{
    public static string Name(TransactionFate fate) => fate switch
    {
        TransactionFate.Pending => "pending",
        TransactionFate.Mined => "mined",
        TransactionFate.Orphaned => "orphaned",
        TransactionFate.Replaced => "replaced",
        TransactionFate.Conflicting => "conflicting",
        TransactionFate.Dropped => "dropped",
        _ => throw new InvalidOperationException($"No name for {fate}."),
    };

    /// <param name="hash">Named in the object when someone listens to many transactions.</param>
    public static void WriteStep(Utf8JsonWriter json, TransactionStep step, Hash256? hash = null)
    {
        json.WriteStartObject();
        if (hash is { } known) json.WriteHex("hash"u8, known);
        json.WriteString("status"u8, Name(step.Fate));
        json.WriteNumber("atMs"u8, step.At.UnixMs);
        if (step.Block is { } block)
        {
            json.WriteQuantity("blockNumber"u8, block.Number);
            json.WriteHex("blockHash"u8, block.Hash);
        }

        if (step.Other is { } other) json.WriteHex("replacedBy"u8, other);
        if (step.Reason is { } reason) json.WriteString("reason"u8, reason);
        json.WriteEndObject();
    }

    public static void WriteReorg(Utf8JsonWriter json, Reorg reorg)
    {
        json.WriteStartObject();
        WriteReorgFields(json, reorg);
        json.WriteEndObject();
    }

    /// <summary>A reorganisation as it happens, with all the blocks it undid and brought.</summary>
    public static void WriteReorg(Utf8JsonWriter json, NodeEvent.HeadChanged change, ChainView view)
    {
        json.WriteStartObject();
        var known = view.Reorgs.FindLast(reorg => reorg.To.Hash == change.Head.Hash && reorg.From.Hash == change.Removed[0].Hash);
        WriteReorgFields(json,
            known ?? new Reorg(change.At, change.Removed.Count, Ref(change.Ancestor), Ref(change.Removed[0]), Ref(change.Head), 0,
                0));
        WriteBlocks(json, "removed"u8, change.Removed);
        WriteBlocks(json, "added"u8, change.Added);
        json.WriteEndObject();
    }

    public static void WriteTreeNode(Utf8JsonWriter json, BlockTreeNode node, RuleApi rule, ChainView view)
    {
        json.WriteStartObject();
        WriteTreeFields(json, node.Header, node.TotalDifficulty, node.ArrivedAt, node.Status, node.IsCanonical,
            node.TransactionCount);
        rule.WriteTreeNode(json, view, node.Header.Hash);
        json.WriteEndObject();
    }

    public static void WriteTreeFields(Utf8JsonWriter json, SealedHeader header, UInt256 totalDifficulty, At arrivedAt,
        BlockStatus status, bool isCanonical, int transactionCount)
    {
        json.WriteQuantity("number"u8, header.Number);
        json.WriteHex("hash"u8, header.Hash);
        json.WriteHex("parentHash"u8, header.ParentHash);
        json.WriteHex("miner"u8, header.Header.Beneficiary);
        json.WriteQuantity("timestamp"u8, header.Header.Timestamp);
        json.WriteQuantity("difficulty"u8, header.Header.Difficulty);
        json.WriteQuantity("totalDifficulty"u8, totalDifficulty);
        json.WriteNumber("transactionCount"u8, transactionCount);
        json.WriteString("status"u8, status switch
        {
            BlockStatus.Known => "known",
            BlockStatus.Executed => "executed",
            BlockStatus.Invalid => "invalid",
            _ => throw new InvalidOperationException($"No name for {status}."),
        });
        json.WriteBoolean("canonical"u8, isCanonical);
        json.WriteNumber("arrivedAtMs"u8, arrivedAt.UnixMs);
    }

    public static void WriteHead(Utf8JsonWriter json, ReadOnlySpan<byte> name, SealedHeader header)
    {
        json.WriteStartObject(name);
        json.WriteQuantity("number"u8, header.Number);
        json.WriteHex("hash"u8, header.Hash);
        json.WriteQuantity("timestamp"u8, header.Header.Timestamp);
        json.WriteEndObject();
    }

    public static void WritePeer(Utf8JsonWriter json, PeerView peer, PeerEndpoint? endpoint)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, endpoint?.NodeId ?? "");
        json.WriteString("name"u8, peer.Name);
        json.WriteString("remoteAddress"u8, endpoint?.RemoteAddress ?? "");
        json.WriteBoolean("outbound"u8, peer.Outbound);
        if (peer.Head is { } head) json.WriteBlockRef("head"u8, head.Number, head.Hash);
        else json.WriteNull("head"u8);
        json.WriteQuantity("totalDifficulty"u8, peer.TotalDifficulty);
        json.WriteNumber("score"u8, peer.Score);
        json.WriteEndObject();
    }

    private static void WriteReorgFields(Utf8JsonWriter json, Reorg reorg)
    {
        json.WriteNumber("atMs"u8, reorg.At.UnixMs);
        json.WriteNumber("depth"u8, reorg.Depth);
        json.WriteBlockRef("ancestor"u8, reorg.Ancestor.Number, reorg.Ancestor.Hash);
        json.WriteBlockRef("from"u8, reorg.From.Number, reorg.From.Hash);
        json.WriteBlockRef("to"u8, reorg.To.Number, reorg.To.Hash);
        json.WriteNumber("transactionsReturned"u8, reorg.TransactionsReturned);
        json.WriteNumber("transactionsConflicting"u8, reorg.TransactionsConflicting);
    }

    private static void WriteBlocks(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<SealedHeader> headers)
    {
        json.WriteStartArray(name);
        foreach (var header in headers)
        {
            json.WriteStartObject();
            json.WriteQuantity("number"u8, header.Number);
            json.WriteHex("hash"u8, header.Hash);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static BlockRef Ref(SealedHeader header) => new(header.Number, header.Hash);
}
