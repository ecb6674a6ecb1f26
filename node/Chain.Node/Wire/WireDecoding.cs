using System.Buffers.Binary;
using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>The reading half of <see cref="WireCodec"/>. Items are counted before anything is built from them.</summary>
internal static class WireDecoding
{
    private delegate T ItemReader<T>(ref RlpReader rlp);

    /// <exception cref="RlpException">Not the canonical encoding of such a message, or too many items.</exception>
    public static WireMessage Read(WireCode code, int ethVersion, ConsensusCodec? codec, ReadOnlySpan<byte> payload)
    {
        var outer = new RlpReader(payload);
        var rlp = outer.ReadList();
        outer.ExpectEnd();
        var message = code.Capability == WireCapability.Eth
            ? ReadEth(code.Id, ethVersion, ref rlp)
            : ReadOwn(code.Id, codec ?? throw new RlpException("this chain's rule has no messages"), ref rlp);
        rlp.ExpectEnd();
        return message;
    }

    private static WireMessage ReadEth(int id, int ethVersion, ref RlpReader rlp)
    {
        switch (id)
        {
            case WireCodec.StatusId:
                return ReadStatus(ethVersion, ref rlp);
            case WireCodec.NewBlockHashesId:
                return new WireMessage.NewBlockHashes(ReadRest(ref rlp, WireLimits.MaxBlockAnnouncements, "block hashes",
                    ReadBlockRef));
            case WireCodec.TransactionsId:
                var items = ReadRest(ref rlp, WireLimits.MaxUnaskedTransactions, "transactions", Transaction.Read);
                return new WireMessage.Transactions(items);
            case WireCodec.GetBlockHeadersId:
                return ReadGetBlockHeaders(ref rlp);
            case WireCodec.BlockHeadersId:
                return new WireMessage.BlockHeaders(rlp.ReadUInt64(),
                    ReadList(ref rlp, WireLimits.MaxHeaders, "headers", SealedHeader.Read));
            case WireCodec.GetBlockBodiesId:
                return new WireMessage.GetBlockBodies(rlp.ReadUInt64(), ReadHashes(ref rlp, WireLimits.MaxBodies));
            case WireCodec.BlockBodiesId:
                return new WireMessage.BlockBodies(rlp.ReadUInt64(), ReadBodies(ref rlp));
            case WireCodec.NewBlockId:
                return new WireMessage.NewBlock(ReadBlock(ref rlp), rlp.ReadUInt256());
            case WireCodec.NewPooledTransactionHashesId:
                return ReadAnnouncement(ref rlp);
            case WireCodec.GetPooledTransactionsId:
                return new WireMessage.GetPooledTransactions(rlp.ReadUInt64(),
                    ReadHashes(ref rlp, WireLimits.MaxPooledTransactions));
            case WireCodec.PooledTransactionsId:
                return new WireMessage.PooledTransactions(rlp.ReadUInt64(),
                    ReadList(ref rlp, WireLimits.MaxPooledTransactions, "transactions", Transaction.Read));
            case WireCodec.GetReceiptsId:
                return new WireMessage.GetReceipts(rlp.ReadUInt64(), ReadHashes(ref rlp, WireLimits.MaxBodies));
            case WireCodec.ReceiptsId:
                return new WireMessage.Receipts(rlp.ReadUInt64(), ReadReceipts(ethVersion, ref rlp));
            default:
                return new WireMessage.BlockRangeUpdate(rlp.ReadUInt64(), rlp.ReadUInt64(), rlp.ReadHash());
        }
    }

    private static WireMessage ReadOwn(int id, ConsensusCodec codec, ref RlpReader rlp)
    {
        switch (id)
        {
            case WireCodec.NewBlockWithSidecarId:
                var block = ReadBlock(ref rlp);
                var totalWeight = rlp.ReadUInt256();
                return new WireMessage.NewBlockWithSidecar(block with { Sidecar = rlp.ReadBytes().ToArray() }, totalWeight);
            case WireCodec.GetSidecarsId:
                return new WireMessage.GetSidecars(rlp.ReadUInt64(), ReadHashes(ref rlp, WireLimits.MaxBodies));
            case WireCodec.SidecarsId:
                return new WireMessage.Sidecars(rlp.ReadUInt64(),
                    ReadList(ref rlp, WireLimits.MaxBodies, "sidecars", ReadSidecar));
            default:
                return new WireMessage.OfConsensus(codec.Read(id, ref rlp));
        }
    }

    private static WireMessage.Status ReadStatus(int ethVersion, ref RlpReader rlp)
    {
        var version = rlp.ReadInt32();
        var networkId = rlp.ReadUInt64();
        if (ethVersion < 69)
        {
            var totalDifficulty = rlp.ReadUInt256();
            var headHash = rlp.ReadHash();
            var genesis = rlp.ReadHash();
            return new WireMessage.Status(version, networkId, totalDifficulty, headHash, 0, genesis, ReadForkId(ref rlp), 0);
        }

        var genesisHash = rlp.ReadHash();
        var forkId = ReadForkId(ref rlp);
        var earliest = rlp.ReadUInt64();
        var latest = rlp.ReadUInt64();
        return new WireMessage.Status(version, networkId, UInt256.Zero, rlp.ReadHash(), latest, genesisHash, forkId, earliest);
    }

    private static ForkId ReadForkId(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var forkId = new ForkId(BinaryPrimitives.ReadUInt32BigEndian(rlp.ReadBytes(4)), rlp.ReadUInt64());
        rlp.ExpectEnd();
        return forkId;
    }

    private static BlockRef ReadBlockRef(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var hash = rlp.ReadHash();
        var block = new BlockRef(rlp.ReadUInt64(), hash);
        rlp.ExpectEnd();
        return block;
    }

    private static WireMessage.GetBlockHeaders ReadGetBlockHeaders(ref RlpReader outer)
    {
        var requestId = outer.ReadUInt64();
        var rlp = outer.ReadList();
        Hash256? hash = null;
        var number = 0UL;
        var peek = rlp;
        if (peek.ReadBytes().Length == Hash256.Size) hash = rlp.ReadHash();
        else number = rlp.ReadUInt64();
        var request = new WireMessage.GetBlockHeaders(requestId, hash, number, rlp.ReadUInt64(), rlp.ReadUInt64(),
            rlp.ReadBool());
        rlp.ExpectEnd();
        return request;
    }

    private static WireMessage.NewPooledTransactionHashes ReadAnnouncement(ref RlpReader rlp)
    {
        var types = rlp.ReadBytes();
        Expect(types.Length, WireLimits.MaxTransactionAnnouncements, "transaction hashes");
        var sizes = ReadList(ref rlp, WireLimits.MaxTransactionAnnouncements, "transaction sizes",
            static (ref RlpReader r) => r.ReadInt32());
        var hashes = ReadHashes(ref rlp, WireLimits.MaxTransactionAnnouncements);
        if (types.Length != sizes.Count || sizes.Count != hashes.Count)
            throw new RlpException($"{types.Length} types, {sizes.Count} sizes and {hashes.Count} hashes are not one of each "
                + $"per transaction.");
        return new WireMessage.NewPooledTransactionHashes(types.ToArray(), sizes, hashes);
    }

    private static Block ReadBlock(ref RlpReader rlp)
    {
        var peek = rlp;
        var block = peek.ReadList();
        block.ReadItem();
        var (transactions, withdrawals) = CountBody(ref block);
        Expect(transactions, WireLimits.MaxTransactions, "transactions");
        Expect(withdrawals, WireLimits.MaxWithdrawals, "withdrawals");
        return Block.Read(ref rlp);
    }

    private static List<BlockBody> ReadBodies(ref RlpReader rlp)
    {
        var peek = rlp;
        var bodies = peek.ReadList();
        var (transactions, withdrawals) = (0, 0);
        while (!bodies.IsAtEnd)
        {
            var body = bodies.ReadList();
            var counted = CountBody(ref body);
            Expect(transactions += counted.Transactions, WireLimits.MaxTransactions, "transactions");
            Expect(withdrawals += counted.Withdrawals, WireLimits.MaxWithdrawals, "withdrawals");
        }

        return ReadList(ref rlp, WireLimits.MaxBodies, "bodies", ReadBody);
    }

    /// <summary>
    /// Counts the transactions and withdrawals that are left in a list. What else is wrong with it is seen when it is read.
    /// </summary>
    private static (int Transactions, int Withdrawals) CountBody(ref RlpReader body)
    {
        var transactions = body.ReadList().CountItems();
        if (!body.IsAtEnd) body.ReadItem();
        return (transactions, body.IsAtEnd ? 0 : body.ReadList().CountItems());
    }

    private static BlockBody ReadBody(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var body = BlockBody.ReadItems(ref rlp);
        rlp.ExpectEnd();
        return body;
    }

    private static List<IReadOnlyList<Receipt>> ReadReceipts(int ethVersion, ref RlpReader rlp)
    {
        var peek = rlp;
        var blocks = peek.ReadList();
        var (receipts, logs) = (0, 0);
        while (!blocks.IsAtEnd)
        {
            var block = blocks.ReadList();
            while (!block.IsAtEnd)
            {
                logs += CountLogs(ethVersion, ref block);
                Expect(++receipts, WireLimits.MaxReceipts, "receipts");
                Expect(logs, WireLimits.MaxLogs, "logs");
            }
        }

        return ReadList<IReadOnlyList<Receipt>>(ref rlp, WireLimits.MaxBodies, "blocks' receipts",
            ethVersion < 69 ? ReadReceiptList : ReadBloomlessReceiptList);
    }

    private static List<Receipt> ReadReceiptList(ref RlpReader rlp) =>
        ReadList(ref rlp, WireLimits.MaxReceipts, "receipts", Receipt.Read);

    private static List<Receipt> ReadBloomlessReceiptList(ref RlpReader rlp) =>
        ReadList(ref rlp, WireLimits.MaxReceipts, "receipts", Receipt.ReadWithoutBloom);

    // [status, gas, bloom, logs], typed ones as type ‖ list in a string; from eth/69 on [type, status, gas, logs].
    private static int CountLogs(int ethVersion, ref RlpReader block)
    {
        var bytes = block.NextIsList ? block.ReadItem() : block.ReadBytes();
        if (ethVersion < 69 && !bytes.IsEmpty && bytes[0] < 0xc0) bytes = bytes[1..];
        var receipt = new RlpReader(bytes).ReadList();
        for (var i = 0; i < 3; i++) receipt.ReadItem();
        return receipt.ReadList().CountItems();
    }

    private static ReadOnlyMemory<byte> ReadSidecar(ref RlpReader rlp) => rlp.ReadBytes().ToArray();

    private static List<Hash256> ReadHashes(ref RlpReader rlp, int limit) =>
        ReadList(ref rlp, limit, "hashes", static (ref RlpReader r) => r.ReadHash());

    private static List<T> ReadList<T>(ref RlpReader rlp, int limit, string what, ItemReader<T> read)
    {
        var list = rlp.ReadList();
        return ReadRest(ref list, limit, what, read);
    }

    private static List<T> ReadRest<T>(ref RlpReader rlp, int limit, string what, ItemReader<T> read)
    {
        var count = rlp.CountItems();
        Expect(count, limit, what);
        var items = new List<T>(count);
        while (!rlp.IsAtEnd) items.Add(read(ref rlp));
        return items;
    }

    private static void Expect(int count, int limit, string what)
    {
        if (count > limit) throw new RlpException($"{count} {what} are more than the {limit} allowed in one message.");
    }
}
