using System.Globalization;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>Our own namespace: what a client of one chain with many branches wants to know.</summary>
internal static class ChainMethods
{
    private const double DefaultAttackerShare = 0.3;
    private const int DefaultPage = 25;
    private const int DefaultEvents = 100;

    public static void AddTo(RpcMethodTable table)
    {
        table.Add("chain_getBlockTree", 1, GetBlockTree);
        table.Add("chain_getReorgs", 1, GetReorgs);
        table.Add("chain_getEvents", 2, GetEvents);
        table.Add("chain_getTransactionStatus", 1, GetTransactionStatus);
        table.Add("chain_getConfidence", 2, GetConfidence);
        table.Add("chain_getAddressHistory", 2, GetAddressHistory);
    }

    /// <summary>The recent blocks of all branches; with `from` and `to` those of these heights, from the store.</summary>
    private static RpcError? GetBlockTree(RpcCall call)
    {
        var fields = call.Args.Fields(0);
        var from = fields.TakeOptional<ulong>("from", ArgParsers.Quantity);
        var to = fields.TakeOptional<ulong>("to", ArgParsers.Quantity);
        if (call.Args.Error is { } error) return error;
        var json = call.Out;
        json.WriteStartObject();
        ChainJson.WriteHead(json, "head"u8, call.View.Head);
        ChainJson.WriteHead(json, "safe"u8, call.View.Safe);
        ChainJson.WriteHead(json, "finalized"u8, call.View.Finalized);
        json.WriteStartArray("blocks"u8);
        if (from is { } first)
            WriteStored(call, first,
                Math.Min(to ?? ulong.MaxValue, first + Math.Min(ulong.MaxValue - first, (ulong)call.Limits.PageItems - 1)));
        else foreach (var node in call.View.Tree)
            ChainJson.WriteTreeNode(json, node, call.Node.Api, call.View);
        json.WriteEndArray();
        json.WriteEndObject();
        return null;
    }

    private static void WriteStored(RpcCall call, ulong first, ulong last)
    {
        for (var number = first; number <= last && !call.IsLate; number++)
        {
            var records = call.Reader.GetBlocksAt(number);
            if (records.Count == 0 && number > call.View.Head.Number) return;
            var canonical = call.Reader.GetCanonicalHash(number);
            foreach (var record in records)
            {
                if (call.Reader.GetHeader(record.Hash) is not { } header) continue;
                call.Out.WriteStartObject();
                ChainJson.WriteTreeFields(call.Out, header, record.TotalDifficulty, record.ArrivedAt, record.Status,
                    record.Hash == canonical, record.TransactionCount);
                call.Out.WriteEndObject();
            }
        }
    }

    /// <summary>The recorded reorganisations, newest first.</summary>
    private static RpcError? GetReorgs(RpcCall call)
    {
        var limit = call.Args.Int(0, DefaultEvents, call.Limits.PageItems);
        if (call.Args.Error is { } error) return error;
        call.Out.WriteStartArray();
        foreach (var reorg in call.Reader.GetReorgs(limit)) ChainJson.WriteReorg(call.Out, reorg);
        call.Out.WriteEndArray();
        return null;
    }

    /// <summary>
    /// The chain log from an offset on: every block that joined or left the canonical chain, in order, nothing left out.
    /// </summary>
    private static RpcError? GetEvents(RpcCall call)
    {
        var from = call.Args.Take<long>(0, ReadOffset, 0);
        var limit = call.Args.Int(1, DefaultEvents, call.Limits.PageItems);
        if (call.Args.Error is { } error) return error;
        var entries = call.Reader.GetChainLog((ulong)from, limit);
        var json = call.Out;
        json.WriteStartObject();
        json.WriteStartArray("events"u8);
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteNumber("offset"u8, entry.Offset);
            json.WriteString("kind"u8, entry.Added ? "added"u8 : "removed"u8);
            json.WriteQuantity("blockNumber"u8, entry.Number);
            json.WriteHex("blockHash"u8, entry.BlockHash);
            json.WriteNumber("atMs"u8, entry.At.UnixMs);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("next"u8, entries.Count > 0 ? entries[^1].Offset + 1 : (ulong)from);
        json.WriteEndObject();
        return null;
    }

    private static string? ReadOffset(System.Text.Json.JsonElement json, out long value)
    {
        value = 0;
        if (json.ValueKind == System.Text.Json.JsonValueKind.Number)
            return ArgParsers.Long(json, out value) is null && value >= 0
                ? null
                : $"{ArgParsers.Show(json)} is not an offset (a whole number from 0)";
        if (ArgParsers.Quantity(json, out var quantity) is { } why) return why;
        value = (long)Math.Min(quantity, long.MaxValue);
        return null;
    }

    private static RpcError? GetTransactionStatus(RpcCall call)
    {
        var hash = call.Args.Hash(0);
        if (call.Args.Error is { } error) return error;
        var history = TransactionHistory.Of(call, hash);
        if (history.Count == 0)
        {
            call.Out.WriteNullValue();
            return null;
        }

        var (json, last) = (call.Out, history[^1]);
        json.WriteStartObject();
        json.WriteHex("hash"u8, hash);
        json.WriteString("status"u8, ChainJson.Name(last.Fate));
        if (last.Block is { } block)
        {
            json.WriteQuantity("blockNumber"u8, block.Number);
            json.WriteHex("blockHash"u8, block.Hash);
        }

        if (last.Other is { } other) json.WriteHex("replacedBy"u8, other);
        if (last.Reason is { } reason) json.WriteString("reason"u8, reason);
        json.WriteStartArray("history"u8);
        foreach (var step in history) ChainJson.WriteStep(json, step);
        json.WriteEndArray();
        json.WriteEndObject();
        return null;
    }

    private static RpcError? GetConfidence(RpcCall call)
    {
        var hash = call.Args.Hash(0);
        var fields = call.Args.Fields(1);
        var share = fields.Take("attackerShare", ArgParsers.Real, DefaultAttackerShare);
        if (share is < 0 or > 1) fields.Fail($"`attackerShare`: {share} is not a share from 0 to 1");
        if (call.Args.Error is { } error) return error;
        if (call.FindMined(hash) is not var (block, _))
        {
            call.Out.WriteNullValue();
            return null;
        }

        var confirmations = (int)Math.Min(int.MaxValue, call.View.Head.Number - block.Block.Number + 1);
        var json = call.Out;
        json.WriteStartObject();
        json.WriteNumber("confirmations"u8, confirmations);
        call.Node.Api.WriteConfidence(call, block.Block.Header, share, confirmations);
        json.WriteBoolean("safe"u8, block.Block.Number <= call.View.Safe.Number);
        json.WriteBoolean("finalized"u8, block.Block.Number <= call.View.Finalized.Number);
        json.WriteEndObject();
        return null;
    }

    /// <summary>Transactions from or to an address, newest first, by page.</summary>
    private static RpcError? GetAddressHistory(RpcCall call)
    {
        var address = call.Args.Address(0);
        var fields = call.Args.Fields(1);
        var before = fields.TakeOptional<AddressCursor>("before", ReadCursor);
        var limit = Math.Clamp(fields.Take("limit", ArgParsers.Int, DefaultPage), 1, call.Limits.PageItems);
        if (call.Args.Error is { } error) return error;
        var entries = call.Reader.GetAddressHistory(address, before, limit);
        var json = call.Out;
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (var entry in entries) WriteEntry(call, entry);
        json.WriteEndArray();
        if (entries.Count < limit) json.WriteNull("next"u8);
        else
            json.WriteString("next"u8,
                string.Create(CultureInfo.InvariantCulture, $"{entries[^1].BlockNumber}.{entries[^1].Index}"));
        json.WriteEndObject();
        return null;
    }

    private static void WriteEntry(RpcCall call, AddressEntry entry)
    {
        if (call.FindBlock(entry.BlockHash) is not { Receipts: { } receipts } block) return;
        var transaction = block.Block.Body.Transactions[entry.Index];
        var header = block.Block.Header.Header;
        var json = call.Out;
        json.WriteStartObject();
        json.WriteHex("hash"u8, entry.TransactionHash);
        json.WriteQuantity("blockNumber"u8, entry.BlockNumber);
        json.WriteHex("blockHash"u8, entry.BlockHash);
        json.WriteQuantity("timestamp"u8, header.Timestamp);
        json.WriteNumber("index"u8, entry.Index);
        json.WriteHex("from"u8, transaction.Recover()?.Sender);
        json.WriteHex("to"u8, transaction.To);
        json.WriteQuantity("value"u8, transaction.Value);
        json.WriteQuantity("fee"u8, transaction.EffectiveGasPrice(header.BaseFeePerGas) * block.GasUsed(entry.Index));
        json.WriteQuantity("status"u8, receipts[entry.Index].Succeeded ? 1UL : 0UL);
        json.WriteQuantity("nonce"u8, transaction.Nonce);
        json.WriteEndObject();
    }

    private static string? ReadCursor(System.Text.Json.JsonElement json, out AddressCursor value)
    {
        value = default;
        var parts = (ArgParsers.TextOf(json) ?? "").Split('.');
        if (parts.Length != 2
            || !ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return $"{ArgParsers.Show(json)} is not a cursor; pass `next` of the page before";
        }

        value = new AddressCursor(number, index);
        return null;
    }
}

/// <summary>The life of a transaction: what the store recorded, brought up to now by the chain and the pool.</summary>
internal static class TransactionHistory
{
    /// <summary>Oldest first; the last is how it stands now. Empty for a transaction that this node never saw.</summary>
    public static List<TransactionStep> Of(RpcCall call, Hash256 hash)
    {
        var steps = new List<TransactionStep>();
        foreach (var step in call.Reader.GetTransactionSteps(hash))
        {
            // That a block holds it is written in the block; where the block was undone later, it is told here.
            if (step is { Fate: TransactionFate.Orphaned, Block: { } undone }
                && (steps.Count == 0 || steps[^1].Block?.Hash != undone.Hash))
                steps.Add(Mined(call, undone));
            steps.Add(step);
        }

        if (call.FindMined(hash) is var (block, _))
        {
            var place = new BlockRef(block.Block.Number, block.Block.Hash);
            if (steps.Count == 0 || steps[^1].Fate != TransactionFate.Mined || steps[^1].Block?.Hash != place.Hash)
                steps.Add(Mined(call, place));
        }
        else if (call.View.Pool.ByHash.TryGetValue(hash, out var pooled))
        {
            if (steps.Count == 0 || steps[^1].Fate is not (TransactionFate.Pending or TransactionFate.Orphaned))
                steps.Add(new TransactionStep(TransactionFate.Pending, pooled.AddedAt, null, null, null));
        }
        else if (steps.Count > 0 && steps[^1].Fate is TransactionFate.Pending or TransactionFate.Orphaned
            or TransactionFate.Mined)
        {
            steps.Add(new TransactionStep(TransactionFate.Dropped, call.Node.Now, null, null,
                "no longer in this node's pool (it may have been restarted since); send it again"));
        }

        return steps;
    }

    private static TransactionStep Mined(RpcCall call, BlockRef block) =>
        new(TransactionFate.Mined, call.Reader.GetBlockRecord(block.Hash)?.ArrivedAt ?? call.Node.Now, block, null, null);
}
