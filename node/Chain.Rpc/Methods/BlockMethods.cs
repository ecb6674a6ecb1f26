using System.Text.Json;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>eth_: blocks, transactions and receipts.</summary>
internal static class BlockMethods
{
    public static void AddTo(RpcMethodTable table)
    {
        table.AddQuantity("eth_blockNumber", call => call.View.Head.Number);
        table.Add("eth_getBlockByNumber", 2, call => GetBlock(call, call.Args.NumberOrTag(0)));
        table.Add("eth_getBlockByHash", 2,
            call => GetBlock(call, new BlockParameter.ByHash(call.Args.Hash(0), RequireCanonical: false)));
        table.Add("eth_getHeaderByNumber", 1, call => GetHeader(call, call.Args.NumberOrTag(0)));
        table.Add("eth_getHeaderByHash", 1,
            call => GetHeader(call, new BlockParameter.ByHash(call.Args.Hash(0), RequireCanonical: false)));
        table.Add("eth_getBlockTransactionCountByNumber", 1, call => GetTransactionCount(call, call.Args.NumberOrTag(0)));
        table.Add("eth_getBlockTransactionCountByHash", 1,
            call => GetTransactionCount(call, new BlockParameter.ByHash(call.Args.Hash(0), RequireCanonical: false)));
        table.Add("eth_getUncleCountByBlockNumber", 1, call => GetUncleCount(call, call.Args.NumberOrTag(0)));
        table.Add("eth_getUncleCountByBlockHash", 1,
            call => GetUncleCount(call, new BlockParameter.ByHash(call.Args.Hash(0), RequireCanonical: false)));
        table.Add("eth_getUncleByBlockNumberAndIndex", 2, call => GetUncle(call, call.Args.NumberOrTag(0)));
        table.Add("eth_getUncleByBlockHashAndIndex", 2,
            call => GetUncle(call, new BlockParameter.ByHash(call.Args.Hash(0), RequireCanonical: false)));
        table.Add("eth_getBlockReceipts", 1, GetBlockReceipts);
        table.Add("eth_getTransactionByHash", 1, GetTransactionByHash);
        table.Add("eth_getTransactionByBlockNumberAndIndex", 2,
            call => GetTransactionAt(call, call.Args.NumberOrTag(0), raw: false));
        table.Add("eth_getTransactionByBlockHashAndIndex", 2,
            call => GetTransactionAt(call, new BlockParameter.ByHash(call.Args.Hash(0), RequireCanonical: false), raw: false));
        table.Add("eth_getRawTransactionByHash", 1, GetRawTransactionByHash);
        table.Add("eth_getRawTransactionByBlockNumberAndIndex", 2,
            call => GetTransactionAt(call, call.Args.NumberOrTag(0), raw: true));
        table.Add("eth_getRawTransactionByBlockHashAndIndex", 2,
            call => GetTransactionAt(call, new BlockParameter.ByHash(call.Args.Hash(0), RequireCanonical: false), raw: true));
        table.Add("eth_getTransactionReceipt", 1, GetTransactionReceipt);
    }

    private static bool IsPending(BlockParameter parameter) => parameter is BlockParameter.ByTag { Tag: BlockTag.Pending };

    private static RpcError? GetBlock(RpcCall call, BlockParameter parameter)
    {
        var full = call.Args.Bool(1, false);
        if (call.Args.Error is { } error) return error;
        if (IsPending(parameter)) WritePending(call, full);
        else if (call.FindBlock(parameter) is { } block) EthJson.WriteBlock(call.Out, block, full);
        else call.Out.WriteNullValue();
        return null;
    }

    private static void WritePending(RpcCall call, bool full)
    {
        var pending = call.Services.Pending.Get(call.View, call.Reader);
        var json = call.Out;
        json.WriteStartObject();
        json.WriteQuantity("number"u8, pending.Header.Number);
        json.WriteNull("hash"u8);
        json.WriteNull("nonce"u8);
        json.WriteNull("miner"u8);
        json.WriteHex("mixHash"u8, pending.Header.MixHash);
        json.WriteNull("totalDifficulty"u8);
        EthJson.WriteCommonFields(json, pending.Header);
        json.WriteQuantity("size"u8, PendingSize(pending));
        json.WriteStartArray("uncles"u8);
        json.WriteEndArray();
        json.WriteStartArray("transactions"u8);
        foreach (var transaction in pending.Transactions)
        {
            if (full) EthJson.WriteTransaction(json, transaction.Transaction, null);
            else json.WriteHexValue(transaction.Hash.Bytes);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ulong PendingSize(PendingBlock pending)
    {
        var rlp = new RlpWriter(1024);
        new Block(new SealedHeader(pending.Header), new BlockBody([.. pending.Transactions.Select(t => t.Transaction)], null),
            default).WriteTo(rlp);
        return (ulong)rlp.WrittenSpan.Length;
    }

    private static RpcError? GetHeader(RpcCall call, BlockParameter parameter)
    {
        if (call.Args.Error is { } error) return error;
        if (call.FindHeader(parameter) is { } header) EthJson.WriteHeader(call.Out, header);
        else call.Out.WriteNullValue();
        return null;
    }

    private static RpcError? GetTransactionCount(RpcCall call, BlockParameter parameter)
    {
        if (call.Args.Error is { } error) return error;
        if (IsPending(parameter))
            call.Out.WriteQuantityValue((ulong)call.Services.Pending.Get(call.View, call.Reader).Transactions.Count);
        else if (call.FindBlock(parameter) is { } block) call.Out.WriteQuantityValue((ulong)block.Block.Body.Transactions.Count);
        else call.Out.WriteNullValue();
        return null;
    }

    /// <summary>This chain has no uncles, so a block that exists has none of them.</summary>
    private static RpcError? GetUncleCount(RpcCall call, BlockParameter parameter)
    {
        if (call.Args.Error is { } error) return error;
        if (call.FindHeader(parameter) is not null) call.Out.WriteQuantityValue(0UL);
        else call.Out.WriteNullValue();
        return null;
    }

    private static RpcError? GetUncle(RpcCall call, BlockParameter parameter)
    {
        _ = call.Args.Quantity(1);
        _ = parameter;
        if (call.Args.Error is { } error) return error;
        call.Out.WriteNullValue();
        return null;
    }

    private static RpcError? GetBlockReceipts(RpcCall call)
    {
        var parameter = call.Args.RequiredBlock(0);
        if (call.Args.Error is { } error) return error;
        if (IsPending(parameter) || call.FindBlock(parameter) is not { } block)
        {
            call.Out.WriteNullValue();
            return null;
        }

        if (block.Receipts is null && block.Block.Body.Transactions.Count > 0)
            return new RpcError(RpcError.Unavailable,
                $"block {block.Block.Number} ({block.Block.Hash}) has no receipts: its branch has never been the heaviest, so "
                    + $"it was not executed");
        if (parameter is BlockParameter.ByHash { RequireCanonical: true } && !call.IsCanonical(block.Block.Header))
            return RpcError.Refused($"hash is not currently canonical: {block.Block.Hash}");
        call.Out.WriteStartArray();
        for (var i = 0; i < block.Block.Body.Transactions.Count; i++) EthJson.WriteReceipt(call.Out, block, i);
        call.Out.WriteEndArray();
        return null;
    }

    private static RpcError? GetTransactionByHash(RpcCall call)
    {
        var hash = call.Args.Hash(0);
        if (call.Args.Error is { } error) return error;
        if (call.FindMined(hash) is var (block, index))
            EthJson.WriteTransaction(call.Out, block.Block.Body.Transactions[index],
                new TransactionPlace(block.Block.Header, index));
        else if (call.View.Pool.ByHash.TryGetValue(hash, out var pooled))
            EthJson.WriteTransaction(call.Out, pooled.Recovered.Transaction, null);
        else call.Out.WriteNullValue();
        return null;
    }

    private static RpcError? GetRawTransactionByHash(RpcCall call)
    {
        var hash = call.Args.Hash(0);
        if (call.Args.Error is { } error) return error;
        if (call.FindMined(hash) is var (block, index)) call.Out.WriteHexValue(block.Block.Body.Transactions[index].Encoded.Span);
        else if (call.View.Pool.ByHash.TryGetValue(hash, out var pooled))
            call.Out.WriteHexValue(pooled.Recovered.Transaction.Encoded.Span);
        else call.Out.WriteNullValue();
        return null;
    }

    private static RpcError? GetTransactionAt(RpcCall call, BlockParameter parameter, bool raw)
    {
        var index = call.Args.Quantity(1);
        if (call.Args.Error is { } error) return error;
        if (IsPending(parameter))
        {
            var pending = call.Services.Pending.Get(call.View, call.Reader).Transactions;
            Write(call.Out, index < (ulong)pending.Count ? pending[(int)index].Transaction : null, null, raw);
            return null;
        }

        var transactions = call.FindBlock(parameter);
        if (transactions is not { Block: var block } || index >= (ulong)block.Body.Transactions.Count) call.Out.WriteNullValue();
        else Write(call.Out, block.Body.Transactions[(int)index], new TransactionPlace(block.Header, (int)index), raw);
        return null;
    }

    private static void Write(Utf8JsonWriter json, Transaction? transaction, TransactionPlace? place, bool raw)
    {
        if (transaction is null) json.WriteNullValue();
        else if (raw) json.WriteHexValue(transaction.Encoded.Span);
        else EthJson.WriteTransaction(json, transaction, place);
    }

    private static RpcError? GetTransactionReceipt(RpcCall call)
    {
        var hash = call.Args.Hash(0);
        if (call.Args.Error is { } error) return error;
        if (call.FindMined(hash) is ({ Receipts: not null } block, var index)) EthJson.WriteReceipt(call.Out, block, index);
        else call.Out.WriteNullValue();
        return null;
    }
}
