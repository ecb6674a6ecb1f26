using Chain.Node;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>A message on its way out: encoded and compressed at most once, however many peers it goes to.</summary>
internal sealed class OutgoingMessage
{
    private readonly Lazy<byte[]> _payload;

    public OutgoingMessage(WireMessage message, int ethVersion, WireCodec codec)
    {
        (Message, Code) = (message, codec.CodeOf(message));
        EthVersion = ethVersion;
        EstimatedBytes = Estimate(message);
        HeldBytes = message is WireMessage.BlockBodies bodies ? bodies.Bodies.Sum(BlockSize.Of) : EstimatedBytes;
        _payload = new Lazy<byte[]>(() =>
        {
            var rlp = new RlpWriter(EstimatedBytes);
            codec.Encode(message, ethVersion, rlp);
            var plain = rlp.WrittenSpan;
            if (plain.Length > WireLimits.MaxMessageBytes)
                throw new InvalidOperationException($"{codec.Describe(Code)} has {plain.Length} bytes, more than a "
                    + $"message may have.");
            return SnappyPayload.Compress(plain);
        });
    }

    public WireMessage Message { get; }

    public WireCode Code { get; }

    public int EthVersion { get; }

    /// <summary>About how long it will be.</summary>
    public int EstimatedBytes { get; }

    /// <summary>
    /// About how much memory it takes while it waits: bounds a queue. Bodies of small transactions take many times their length.
    /// </summary>
    public long HeldBytes { get; }

    /// <summary>The compressed bytes.</summary>
    public byte[] Payload => _payload.Value;

    private static int Estimate(WireMessage message)
    {
        const int Header = 640;
        const int Hash = 33;
        return 64 + message switch
        {
            WireMessage.NewBlockHashes m => m.Blocks.Count * (Hash + 10),
            WireMessage.NewBlock m => Header + Of(m.Block.Body),
            WireMessage.NewBlockWithSidecar m => Header + Of(m.Block.Body) + m.Block.Sidecar.Length,
            WireMessage.Transactions m => Of(m.Items),
            WireMessage.PooledTransactions m => Of(m.Items),
            WireMessage.NewPooledTransactionHashes m => m.Hashes.Count * (Hash + 6),
            WireMessage.BlockHeaders m => m.Headers.Count * Header,
            WireMessage.BlockBodies m => m.Bodies.Sum(Of),
            WireMessage.GetBlockBodies m => m.Hashes.Count * Hash,
            WireMessage.GetPooledTransactions m => m.Hashes.Count * Hash,
            WireMessage.GetReceipts m => m.Hashes.Count * Hash,
            WireMessage.GetSidecars m => m.Hashes.Count * Hash,
            WireMessage.Receipts m =>
                m.Blocks.Sum(receipts =>
                    4 + receipts.Sum(receipt => 280 + receipt.Logs.Sum(log => 40 + (log.Topics.Count * Hash) + log.Data.Length))),
            WireMessage.Sidecars m => m.Items.Sum(sidecar => 4 + sidecar.Length),
            _ => 128,
        };
    }

    private static int Of(BlockBody body) => 16 + Of(body.Transactions) + ((body.Withdrawals?.Count ?? 0) * 48);

    private static int Of(IReadOnlyList<Transaction> transactions)
    {
        var bytes = 0;
        foreach (var transaction in transactions) bytes += transaction.Encoded.Length + 4;
        return bytes;
    }
}
