using System.Buffers.Binary;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// The bytes of what a row holds, as RLP. Shared by the stores on disk. What no hash in a header vouches for carries a sum behind
/// it; rows of before there was one have none, and a reader of then stops before it.
/// </summary>
internal static class StoreCodec
{
    /// <summary>The header, and a sum over it and what its row says of the block beside it and for ever.</summary>
    public static byte[] EncodeHeader(BlockHeader header, BlockRecord record)
    {
        var rlp = new RlpWriter(640);
        header.WriteTo(rlp);
        return WithSum(rlp.WrittenSpan, Beside(record.ArrivalOrder, record.ArrivedAt, record.TotalDifficulty));
    }

    public static SealedHeader DecodeHeader(ReadOnlySpan<byte> bytes, ulong arrivalOrder, At arrivedAt, UInt256 totalDifficulty)
    {
        var rlp = new RlpReader(bytes);
        var header = SealedHeader.Read(ref rlp);
        RequireSum(bytes, bytes.Length - rlp.Rest.Length, Beside(arrivalOrder, arrivedAt, totalDifficulty));
        return header;
    }

    /// <summary>
    /// [transactions, ommers, withdrawals?], and a sum over that and the sidecar, which has a column of its own.
    /// </summary>
    public static byte[] EncodeBody(BlockBody body, ReadOnlySpan<byte> sidecar)
    {
        var rlp = new RlpWriter(64 + (body.Transactions.Count * 160));
        rlp.StartList();
        body.WriteItemsTo(rlp);
        rlp.EndList();
        return WithSum(rlp.WrittenSpan, sidecar);
    }

    public static BlockBody DecodeBody(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> sidecar)
    {
        var rlp = ReadSummed(bytes, sidecar);
        return BlockBody.ReadItems(ref rlp);
    }

    /// <summary>The EIP-2718 bytes of one transaction of a body.</summary>
    public static ReadOnlySpan<byte> TransactionOf(ReadOnlySpan<byte> body, ReadOnlySpan<byte> sidecar, int position)
    {
        var transactions = ReadSummed(body, sidecar).ReadList();
        for (var i = 0; i < position; i++) transactions.ReadItem();
        return transactions.NextIsList ? transactions.ReadItem() : transactions.ReadBytes();
    }

    /// <summary>Type, status, gas and logs of each; blooms follow from the logs.</summary>
    public static byte[] EncodeReceipts(IReadOnlyList<Receipt> receipts)
    {
        var rlp = new RlpWriter(16 + (receipts.Count * 12));
        rlp.StartList();
        foreach (var receipt in receipts)
        {
            rlp.Write((int)receipt.Type);
            rlp.Write(receipt.Succeeded);
            rlp.Write(receipt.CumulativeGasUsed);
            rlp.StartList();
            foreach (var log in receipt.Logs)
            {
                rlp.Write(log.Address);
                rlp.StartList();
                foreach (var topic in log.Topics) rlp.Write(topic);
                rlp.EndList();
                rlp.Write(log.Data);
            }

            rlp.EndList();
        }

        rlp.EndList();
        return WithSum(rlp.WrittenSpan);
    }

    public static List<Receipt> DecodeReceipts(ReadOnlySpan<byte> bytes)
    {
        var receipts = new List<Receipt>();
        var rlp = ReadSummed(bytes);
        while (!rlp.IsAtEnd)
        {
            var type = (TransactionType)rlp.ReadInt32();
            var succeeded = rlp.ReadBool();
            var cumulativeGasUsed = rlp.ReadUInt64();
            var logs = new List<Log>();
            var logItems = rlp.ReadList();
            while (!logItems.IsAtEnd)
            {
                var address = logItems.ReadAddress();
                var topics = new List<Hash256>();
                var topicItems = logItems.ReadList();
                while (!topicItems.IsAtEnd) topics.Add(topicItems.ReadHash());
                logs.Add(new Log(address, topics, logItems.ReadBytes().ToArray()));
            }

            receipts.Add(new Receipt(type, succeeded, cumulativeGasUsed, logs));
        }

        return receipts;
    }

    /// <summary>20 bytes each, in order, and a sum.</summary>
    public static byte[] EncodeSenders(IReadOnlyList<Address> senders)
    {
        var bytes = new byte[senders.Count * Address.Size];
        for (var i = 0; i < senders.Count; i++) senders[i].Bytes.CopyTo(bytes.AsSpan(i * Address.Size));
        return WithSum(bytes);
    }

    public static Address SenderOf(ReadOnlySpan<byte> bytes, int position)
    {
        RequireSum(bytes, bytes.Length / Address.Size * Address.Size);
        return new Address(bytes.Slice(position * Address.Size, Address.Size));
    }

    public static Address[] DecodeSenders(ReadOnlySpan<byte> bytes)
    {
        var senders = new Address[bytes.Length / Address.Size];
        RequireSum(bytes, senders.Length * Address.Size);
        for (var i = 0; i < senders.Length; i++) senders[i] = new Address(bytes.Slice(i * Address.Size, Address.Size));
        return senders;
    }

    /// <summary>A step of a transaction, and a sum over that and the transaction's hash, which has a column of its own.</summary>
    public static byte[] EncodeStep(Hash256 transaction, TransactionStep step)
    {
        var rlp = new RlpWriter(128);
        rlp.StartList();
        rlp.Write((int)step.Fate);
        Write(rlp, step.At);
        rlp.StartList();
        if (step.Block is { } block) Write(rlp, block);
        rlp.EndList();
        rlp.Write(step.Other is { } other ? other.Bytes : []);
        rlp.StartList();
        if (step.Reason is { } reason) rlp.Write(reason);
        rlp.EndList();
        rlp.EndList();
        return WithSum(rlp.WrittenSpan, transaction.Bytes);
    }

    public static TransactionStep DecodeStep(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> transaction)
    {
        var rlp = ReadSummed(bytes, transaction);
        var fate = (TransactionFate)rlp.ReadInt32();
        var at = ReadAt(ref rlp);
        var block = rlp.ReadList();
        var other = rlp.ReadBytes();
        var reason = rlp.ReadList();
        return new TransactionStep(
            fate,
            at,
            block.IsAtEnd ? null : ReadBlockRef(ref block),
            other.IsEmpty ? null : new Hash256(other),
            reason.IsAtEnd ? null : System.Text.Encoding.UTF8.GetString(reason.ReadBytes()));
    }

    public static byte[] EncodeReorg(Reorg reorg)
    {
        var rlp = new RlpWriter(160);
        rlp.StartList();
        Write(rlp, reorg.At);
        rlp.Write(reorg.Depth);
        Write(rlp, reorg.Ancestor);
        Write(rlp, reorg.From);
        Write(rlp, reorg.To);
        rlp.Write(reorg.TransactionsReturned);
        rlp.Write(reorg.TransactionsConflicting);
        rlp.EndList();
        return WithSum(rlp.WrittenSpan);
    }

    public static Reorg DecodeReorg(ReadOnlySpan<byte> bytes)
    {
        var rlp = ReadSummed(bytes);
        return new Reorg(ReadAt(ref rlp), rlp.ReadInt32(), ReadBlockRef(ref rlp), ReadBlockRef(ref rlp), ReadBlockRef(ref rlp),
            rlp.ReadInt32(), rlp.ReadInt32());
    }

    public static byte[] EncodeHead(HeadRecord head)
    {
        var rlp = new RlpWriter(96);
        rlp.StartList();
        rlp.Write(head.Head);
        rlp.Write(head.Genesis);
        rlp.Write(head.NextArrivalOrder);
        rlp.Write(head.NextLogOffset);
        rlp.Write(head.Finalized);
        rlp.EndList();
        return WithSum(rlp.WrittenSpan);
    }

    public static HeadRecord DecodeHead(ReadOnlySpan<byte> bytes)
    {
        var rlp = ReadSummed(bytes);
        var (head, genesis, arrival, offset) = (rlp.ReadHash(), rlp.ReadHash(), rlp.ReadUInt64(), rlp.ReadUInt64());

        // Written since proof of stake is there; before, nothing was final.
        return new HeadRecord(head, genesis, arrival, offset, rlp.IsAtEnd ? genesis : rlp.ReadHash());
    }

    /// <summary>What vouches for a consensus state: the block's hash and a sum over the row above.</summary>
    public static byte[] SumOfConsensusState(ReadOnlySpan<byte> row)
    {
        var bytes = new byte[Hash256.Size + Crc32C.Size];
        row[..Hash256.Size].CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(Hash256.Size), Crc32C.Of(row));
        return bytes;
    }

    /// <summary>The block's hash, then the state as it is.</summary>
    public static byte[] EncodeConsensusState(Hash256 block, byte[] state) => [.. block.Bytes, .. state];

    /// <summary>The state, if it is that after this block.</summary>
    public static byte[]? DecodeConsensusState(ReadOnlySpan<byte> bytes, Hash256 block) =>
        bytes.StartsWith(block.Bytes) ? bytes[Hash256.Size..].ToArray() : null;

    private static byte[] Beside(ulong arrivalOrder, At arrivedAt, UInt256 totalDifficulty)
    {
        var bytes = new byte[(2 * sizeof(ulong)) + 32];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, arrivalOrder);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(ulong)), arrivedAt.UnixMs);
        totalDifficulty.WriteBigEndian(bytes.AsSpan(2 * sizeof(ulong)));
        return bytes;
    }

    /// <summary>The row with its sum behind it.</summary>
    /// <param name="beside">Bytes of another column that the sum covers too.</param>
    private static byte[] WithSum(ReadOnlySpan<byte> row, ReadOnlySpan<byte> beside = default)
    {
        var bytes = new byte[row.Length + Crc32C.Size];
        row.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(row.Length), Crc32C.Of(row, beside));
        return bytes;
    }

    // A row of this length, checked against the sum behind it, if it was written since there are sums.
    private static void RequireSum(ReadOnlySpan<byte> bytes, int length, ReadOnlySpan<byte> beside = default)
    {
        if (bytes.Length == length) return;
        if (bytes.Length != length + Crc32C.Size
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[length..]) != Crc32C.Of(bytes[..length], beside))
            throw new RlpException("its bytes do not add up to the sum behind them");
    }

    private static RlpReader ReadSummed(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> beside = default)
    {
        var rlp = new RlpReader(bytes);
        var items = rlp.ReadList();
        RequireSum(bytes, bytes.Length - rlp.Rest.Length, beside);
        return items;
    }

    private static void Write(RlpWriter rlp, At at) => rlp.Write(unchecked((ulong)at.UnixMs));

    private static At ReadAt(ref RlpReader rlp) => new(unchecked((long)rlp.ReadUInt64()));

    private static void Write(RlpWriter rlp, BlockRef block)
    {
        rlp.Write(block.Number);
        rlp.Write(block.Hash);
    }

    private static BlockRef ReadBlockRef(ref RlpReader rlp) => new(rlp.ReadUInt64(), rlp.ReadHash());
}
