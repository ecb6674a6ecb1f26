using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>Blocks, transactions, receipts and logs as the execution-apis write them.</summary>
internal static class EthJson
{
    /// <summary>The header's fields, into an open object.</summary>
    public static void WriteHeaderFields(Utf8JsonWriter json, SealedHeader sealedHeader)
    {
        var header = sealedHeader.Header;
        json.WriteQuantity("number"u8, header.Number);
        json.WriteHex("hash"u8, sealedHeader.Hash);
        WriteCommonFields(json, header);
        Span<byte> nonce = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(nonce, header.Nonce);
        json.WriteHex("nonce"u8, nonce);
        json.WriteHex("miner"u8, header.Beneficiary);
        json.WriteHex("mixHash"u8, header.MixHash);
    }

    /// <summary>The fields that a block in the making has already.</summary>
    public static void WriteCommonFields(Utf8JsonWriter json, BlockHeader header)
    {
        json.WriteHex("parentHash"u8, header.ParentHash);
        json.WriteHex("sha3Uncles"u8, header.OmmersHash);
        json.WriteHex("logsBloom"u8, header.LogsBloom.Bytes);
        json.WriteHex("transactionsRoot"u8, header.TransactionsRoot);
        json.WriteHex("stateRoot"u8, header.StateRoot);
        json.WriteHex("receiptsRoot"u8, header.ReceiptsRoot);
        json.WriteQuantity("difficulty"u8, header.Difficulty);
        json.WriteHex("extraData"u8, header.ExtraData.Span);
        json.WriteQuantity("gasLimit"u8, header.GasLimit);
        json.WriteQuantity("gasUsed"u8, header.GasUsed);
        json.WriteQuantity("timestamp"u8, header.Timestamp);
        json.WriteQuantity("baseFeePerGas"u8, header.BaseFeePerGas);
        if (header.WithdrawalsRoot is { } withdrawalsRoot) json.WriteHex("withdrawalsRoot"u8, withdrawalsRoot);
    }

    /// <summary>A header as `newHeads` pushes it.</summary>
    public static void WriteHeader(Utf8JsonWriter json, SealedHeader header)
    {
        json.WriteStartObject();
        WriteHeaderFields(json, header);
        json.WriteEndObject();
    }

    public static void WriteBlock(Utf8JsonWriter json, CachedBlock cached, bool fullTransactions)
    {
        var block = cached.Block;
        json.WriteStartObject();
        WriteHeaderFields(json, block.Header);
        json.WriteQuantity("totalDifficulty"u8, cached.TotalDifficulty);
        json.WriteQuantity("size"u8, (ulong)cached.Size);
        json.WriteStartArray("uncles"u8);
        json.WriteEndArray();
        json.WriteStartArray("transactions"u8);
        var transactions = block.Body.Transactions;
        for (var i = 0; i < transactions.Count; i++)
        {
            if (fullTransactions) WriteTransaction(json, transactions[i], new TransactionPlace(block.Header, i));
            else json.WriteHexValue(transactions[i].Hash.Bytes);
        }

        json.WriteEndArray();
        if (block.Body.Withdrawals is { } withdrawals) WriteWithdrawals(json, withdrawals);
        json.WriteEndObject();
    }

    /// <param name="place">Null for one that waits in the pool.</param>
    public static void WriteTransaction(Utf8JsonWriter json, Transaction transaction, TransactionPlace? place)
    {
        json.WriteStartObject();
        if (place is { } at)
        {
            json.WriteHex("blockHash"u8, at.Block.Hash);
            json.WriteQuantity("blockNumber"u8, at.Block.Number);
            json.WriteQuantity("blockTimestamp"u8, at.Block.Header.Timestamp);
            json.WriteQuantity("transactionIndex"u8, (ulong)at.Index);
        }
        else
        {
            json.WriteNull("blockHash"u8);
            json.WriteNull("blockNumber"u8);
            json.WriteNull("blockTimestamp"u8);
            json.WriteNull("transactionIndex"u8);
        }

        // A transaction in a block or in the pool was recovered before it got there.
        json.WriteHex("from"u8, transaction.Recover()?.Sender);
        json.WriteQuantity("gas"u8, transaction.GasLimit);
        json.WriteQuantity("gasPrice"u8,
            place is { } mined ? transaction.EffectiveGasPrice(mined.Block.Header.BaseFeePerGas) : transaction.MaxFeePerGas);
        if (transaction.Type == TransactionType.DynamicFee)
        {
            json.WriteQuantity("maxFeePerGas"u8, transaction.MaxFeePerGas);
            json.WriteQuantity("maxPriorityFeePerGas"u8, transaction.MaxPriorityFeePerGas);
        }

        json.WriteHex("hash"u8, transaction.Hash);
        json.WriteHex("input"u8, transaction.Data.Span);
        json.WriteQuantity("nonce"u8, transaction.Nonce);
        json.WriteHex("to"u8, transaction.To);
        json.WriteQuantity("value"u8, transaction.Value);
        json.WriteQuantity("type"u8, (ulong)transaction.Type);
        if (transaction.Type != TransactionType.Legacy) WriteAccessList(json, transaction.AccessList);
        if (transaction.ChainId is { } chainId) json.WriteQuantity("chainId"u8, chainId);
        WriteSignature(json, transaction);
        json.WriteEndObject();
    }

    public static void WriteReceipt(Utf8JsonWriter json, CachedBlock cached, int index)
    {
        var (block, receipts) = (cached.Block, cached.Receipts!);
        var (transaction, receipt) = (block.Body.Transactions[index], receipts[index]);
        var sender = transaction.Recover()?.Sender;
        json.WriteStartObject();
        json.WriteHex("blockHash"u8, block.Hash);
        json.WriteQuantity("blockNumber"u8, block.Number);
        json.WriteHex("contractAddress"u8,
            transaction.To is null && sender is { } creator ? Address.OfContract(creator, transaction.Nonce) : null);
        json.WriteQuantity("cumulativeGasUsed"u8, receipt.CumulativeGasUsed);
        json.WriteQuantity("effectiveGasPrice"u8, transaction.EffectiveGasPrice(block.Header.Header.BaseFeePerGas));
        json.WriteHex("from"u8, sender);
        json.WriteQuantity("gasUsed"u8, cached.GasUsed(index));
        json.WriteStartArray("logs"u8);
        for (var i = 0; i < receipt.Logs.Count; i++) WriteLog(json, new LogPlace(cached, index, i), removed: false);
        json.WriteEndArray();
        json.WriteHex("logsBloom"u8, receipt.Bloom.Bytes);
        json.WriteQuantity("status"u8, receipt.Succeeded ? 1UL : 0UL);
        json.WriteHex("to"u8, transaction.To);
        json.WriteHex("transactionHash"u8, transaction.Hash);
        json.WriteQuantity("transactionIndex"u8, (ulong)index);
        json.WriteQuantity("type"u8, (ulong)transaction.Type);
        json.WriteEndObject();
    }

    public static void WriteLog(Utf8JsonWriter json, LogPlace place, bool removed)
    {
        var block = place.Block.Block;
        json.WriteStartObject();
        json.WriteHex("address"u8, place.Log.Address);
        json.WriteStartArray("topics"u8);
        foreach (var topic in place.Log.Topics) json.WriteHexValue(topic.Bytes);
        json.WriteEndArray();
        json.WriteHex("data"u8, place.Log.Data.Span);
        json.WriteQuantity("blockNumber"u8, block.Number);
        json.WriteHex("transactionHash"u8, block.Body.Transactions[place.TransactionIndex].Hash);
        json.WriteQuantity("transactionIndex"u8, (ulong)place.TransactionIndex);
        json.WriteHex("blockHash"u8, block.Hash);
        json.WriteQuantity("blockTimestamp"u8, block.Header.Header.Timestamp);
        json.WriteQuantity("logIndex"u8, (ulong)place.IndexInBlock);
        json.WriteBoolean("removed"u8, removed);
        json.WriteEndObject();
    }

    public static void WriteAccessList(Utf8JsonWriter json, IReadOnlyList<AccessListEntry> accessList)
    {
        json.WriteStartArray("accessList"u8);
        foreach (var entry in accessList)
        {
            json.WriteStartObject();
            json.WriteHex("address"u8, entry.Address);
            json.WriteStartArray("storageKeys"u8);
            foreach (var key in entry.StorageKeys) json.WriteHexValue(key.Bytes);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteWithdrawals(Utf8JsonWriter json, IReadOnlyList<Withdrawal> withdrawals)
    {
        json.WriteStartArray("withdrawals"u8);
        foreach (var withdrawal in withdrawals)
        {
            json.WriteStartObject();
            json.WriteQuantity("index"u8, withdrawal.Index);
            json.WriteQuantity("validatorIndex"u8, withdrawal.ValidatorIndex);
            json.WriteHex("address"u8, withdrawal.Address);
            json.WriteQuantity("amount"u8, withdrawal.AmountGwei);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>geth's line for people: "0x…: 5 wei + 21000 gas × 7 wei".</summary>
    public static string Describe(Transaction transaction) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(transaction.To is { } to ? to.ToString() : "contract creation")}: {transaction.Value} wei + {transaction.GasLimit} "
            + $"gas × {transaction.MaxFeePerGas} wei");

    private static void WriteSignature(Utf8JsonWriter json, Transaction transaction)
    {
        var signature = transaction.Signature;
        var parity = (ulong)signature.YParity;
        var v = transaction switch
        {
            { Type: not TransactionType.Legacy } => parity,
            { ChainId: { } chainId } => ((UInt256)chainId * 2) + 35 + parity,
            _ => 27 + parity,
        };
        json.WriteQuantity("v"u8, v);
        json.WriteQuantity("r"u8, signature.R);
        json.WriteQuantity("s"u8, signature.S);
        if (transaction.Type != TransactionType.Legacy) json.WriteQuantity("yParity"u8, parity);
    }
}

/// <summary>Where a transaction stands.</summary>
internal readonly record struct TransactionPlace(SealedHeader Block, int Index);

/// <summary>
/// Where a log stands: its block, the transaction's index in it and its own index among the transaction's logs.
/// </summary>
internal readonly record struct LogPlace(CachedBlock Block, int TransactionIndex, int LogIndex)
{
    public Log Log => Block.Receipts![TransactionIndex].Logs[LogIndex];

    /// <summary>Counts all logs of the block.</summary>
    public int IndexInBlock => Block.FirstLogIndex(TransactionIndex) + LogIndex;
}
