using System.Buffers.Binary;
using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>The writing half of <see cref="WireCodec"/>; one method a message, in the order of caps/eth.md.</summary>
internal static class WireEncoding
{
    public static void Write(WireMessage message, int ethVersion, ConsensusCodec? codec, RlpWriter rlp)
    {
        rlp.StartList();
        switch (message)
        {
            case WireMessage.Status status:
                WriteStatus(status, ethVersion, rlp);
                break;
            case WireMessage.NewBlockHashes announced:
                foreach (var block in announced.Blocks)
                {
                    rlp.StartList();
                    rlp.Write(block.Hash);
                    rlp.Write(block.Number);
                    rlp.EndList();
                }

                break;
            case WireMessage.Transactions transactions:
                foreach (var transaction in transactions.Items) transaction.WriteTo(rlp);
                break;
            case WireMessage.GetBlockHeaders request:
                WriteGetBlockHeaders(request, rlp);
                break;
            case WireMessage.BlockHeaders answer:
                WriteAnswer(rlp, answer.RequestId, answer.Headers, static (rlp, header) => header.Header.WriteTo(rlp));
                break;
            case WireMessage.GetBlockBodies request:
                WriteAnswer(rlp, request.RequestId, request.Hashes, static (rlp, hash) => rlp.Write(hash));
                break;
            case WireMessage.BlockBodies answer:
                WriteAnswer(rlp, answer.RequestId, answer.Bodies, WriteBody);
                break;
            case WireMessage.NewBlock block:
                block.Block.WriteTo(rlp);
                rlp.Write(block.TotalDifficulty);
                break;
            case WireMessage.NewPooledTransactionHashes announced:
                WriteAnnouncement(announced, rlp);
                break;
            case WireMessage.GetPooledTransactions request:
                WriteAnswer(rlp, request.RequestId, request.Hashes, static (rlp, hash) => rlp.Write(hash));
                break;
            case WireMessage.PooledTransactions answer:
                WriteAnswer(rlp, answer.RequestId, answer.Items, static (rlp, transaction) => transaction.WriteTo(rlp));
                break;
            case WireMessage.GetReceipts request:
                WriteAnswer(rlp, request.RequestId, request.Hashes, static (rlp, hash) => rlp.Write(hash));
                break;
            case WireMessage.Receipts answer when ethVersion >= 69:
                WriteAnswer(rlp, answer.RequestId, answer.Blocks,
                    static (rlp, receipts) =>
                        WriteList(rlp, receipts, static (rlp, receipt) => receipt.WriteWithoutBloomTo(rlp)));
                break;
            case WireMessage.Receipts answer:
                WriteAnswer(rlp, answer.RequestId, answer.Blocks,
                    static (rlp, receipts) => WriteList(rlp, receipts, static (rlp, receipt) => receipt.WriteTo(rlp)));
                break;
            case WireMessage.BlockRangeUpdate range:
                rlp.Write(range.Earliest);
                rlp.Write(range.Latest);
                rlp.Write(range.LatestHash);
                break;
            case WireMessage.NewBlockWithSidecar block:
                block.Block.WriteTo(rlp);
                rlp.Write(block.TotalWeight);
                rlp.Write(block.Block.Sidecar);
                break;
            case WireMessage.GetSidecars request:
                WriteAnswer(rlp, request.RequestId, request.Hashes, static (rlp, hash) => rlp.Write(hash));
                break;
            case WireMessage.Sidecars answer:
                WriteAnswer(rlp, answer.RequestId, answer.Items, static (rlp, sidecar) => rlp.Write(sidecar));
                break;
            case WireMessage.OfConsensus own when codec is not null:
                codec.Write(own.Message, rlp);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(message), message, "A message without an encoding.");
        }

        rlp.EndList();
    }

    private static void WriteStatus(WireMessage.Status status, int ethVersion, RlpWriter rlp)
    {
        rlp.Write(status.Version);
        rlp.Write(status.NetworkId);
        if (ethVersion < 69)
        {
            rlp.Write(status.TotalDifficulty);
            rlp.Write(status.HeadHash);
        }

        rlp.Write(status.GenesisHash);
        Span<byte> forkHash = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(forkHash, status.ForkId.Hash);
        rlp.StartList();
        rlp.Write(forkHash);
        rlp.Write(status.ForkId.Next);
        rlp.EndList();
        if (ethVersion < 69) return;
        rlp.Write(status.EarliestBlock);
        rlp.Write(status.HeadNumber);
        rlp.Write(status.HeadHash);
    }

    private static void WriteGetBlockHeaders(WireMessage.GetBlockHeaders request, RlpWriter rlp)
    {
        rlp.Write(request.RequestId);
        rlp.StartList();
        if (request.StartHash is { } hash) rlp.Write(hash);
        else rlp.Write(request.StartNumber);
        rlp.Write(request.Limit);
        rlp.Write(request.Skip);
        rlp.Write(request.Reverse);
        rlp.EndList();
    }

    private static void WriteBody(RlpWriter rlp, BlockBody body)
    {
        rlp.StartList();
        body.WriteItemsTo(rlp);
        rlp.EndList();
    }

    private static void WriteAnnouncement(WireMessage.NewPooledTransactionHashes announced, RlpWriter rlp)
    {
        rlp.Write(announced.Types.ToArray());
        WriteList(rlp, announced.Sizes, static (rlp, size) => rlp.Write(size));
        WriteList(rlp, announced.Hashes, static (rlp, hash) => rlp.Write(hash));
    }

    private static void WriteAnswer<T>(RlpWriter rlp, ulong requestId, IReadOnlyList<T> items, Action<RlpWriter, T> write)
    {
        rlp.Write(requestId);
        WriteList(rlp, items, write);
    }

    private static void WriteList<T>(RlpWriter rlp, IReadOnlyList<T> items, Action<RlpWriter, T> write)
    {
        rlp.StartList();
        foreach (var item in items) write(rlp, item);
        rlp.EndList();
    }
}
