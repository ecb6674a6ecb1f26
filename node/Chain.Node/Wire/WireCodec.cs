using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Messages to bytes and back: eth/68 and eth/69 (devp2p, caps/eth.md; EIP-7642) and the consensus rule's own. The bytes are a
/// message's RLP, without its number and before Snappy. Decoding is strict: anything but the one canonical encoding, a
/// number of items beyond <see cref="WireLimits"/>, or bytes left over is a <see cref="WireError"/>.
/// </summary>
/// <param name="rule">The consensus rule's messages; null for a rule that has none.</param>
public sealed class WireCodec(ConsensusCodec? rule)
{
    public const int StatusId = 0x00;
    public const int NewBlockHashesId = 0x01;
    public const int TransactionsId = 0x02;
    public const int GetBlockHeadersId = 0x03;
    public const int BlockHeadersId = 0x04;
    public const int GetBlockBodiesId = 0x05;
    public const int BlockBodiesId = 0x06;
    public const int NewBlockId = 0x07;
    public const int NewPooledTransactionHashesId = 0x08;
    public const int GetPooledTransactionsId = 0x09;
    public const int PooledTransactionsId = 0x0a;
    public const int GetReceiptsId = 0x0f;
    public const int ReceiptsId = 0x10;

    /// <summary>From eth/69 on.</summary>
    public const int BlockRangeUpdateId = 0x11;

    /// <summary>The rule's capability: [block, total weight, sidecar].</summary>
    public const int NewBlockWithSidecarId = 0x01;

    /// <summary>The rule's capability: [request id, [hash, …]].</summary>
    public const int GetSidecarsId = 0x02;

    /// <summary>The rule's capability: [request id, [sidecar, …]].</summary>
    public const int SidecarsId = 0x03;

    /// <summary>The consensus rule's messages; null for a rule that has none.</summary>
    public ConsensusCodec? Rule => rule;

    /// <summary>The numbers that an eth version occupies beside other capabilities.</summary>
    public static int EthMessageCount(int ethVersion) => ethVersion >= 69 ? 18 : 17;

    /// <summary>The kind of a message.</summary>
    public WireCode CodeOf(WireMessage message) => message switch
    {
        WireMessage.Status => Eth(StatusId),
        WireMessage.NewBlockHashes => Eth(NewBlockHashesId),
        WireMessage.Transactions => Eth(TransactionsId),
        WireMessage.GetBlockHeaders => Eth(GetBlockHeadersId),
        WireMessage.BlockHeaders => Eth(BlockHeadersId),
        WireMessage.GetBlockBodies => Eth(GetBlockBodiesId),
        WireMessage.BlockBodies => Eth(BlockBodiesId),
        WireMessage.NewBlock => Eth(NewBlockId),
        WireMessage.NewPooledTransactionHashes => Eth(NewPooledTransactionHashesId),
        WireMessage.GetPooledTransactions => Eth(GetPooledTransactionsId),
        WireMessage.PooledTransactions => Eth(PooledTransactionsId),
        WireMessage.GetReceipts => Eth(GetReceiptsId),
        WireMessage.Receipts => Eth(ReceiptsId),
        WireMessage.BlockRangeUpdate => Eth(BlockRangeUpdateId),
        WireMessage.NewBlockWithSidecar => Own(NewBlockWithSidecarId),
        WireMessage.GetSidecars => Own(GetSidecarsId),
        WireMessage.Sidecars => Own(SidecarsId),
        WireMessage.OfConsensus own when rule is not null => Own(rule.IdOf(own.Message)),
        _ => throw new ArgumentOutOfRangeException(nameof(message), message, "A message without a number."),
    };

    /// <summary>The spec's name of a kind of message.</summary>
    public string NameOf(WireCode code) => code switch
    {
        (WireCapability.Eth, StatusId) => "Status",
        (WireCapability.Eth, NewBlockHashesId) => "NewBlockHashes",
        (WireCapability.Eth, TransactionsId) => "Transactions",
        (WireCapability.Eth, GetBlockHeadersId) => "GetBlockHeaders",
        (WireCapability.Eth, BlockHeadersId) => "BlockHeaders",
        (WireCapability.Eth, GetBlockBodiesId) => "GetBlockBodies",
        (WireCapability.Eth, BlockBodiesId) => "BlockBodies",
        (WireCapability.Eth, NewBlockId) => "NewBlock",
        (WireCapability.Eth, NewPooledTransactionHashesId) => "NewPooledTransactionHashes",
        (WireCapability.Eth, GetPooledTransactionsId) => "GetPooledTransactions",
        (WireCapability.Eth, PooledTransactionsId) => "PooledTransactions",
        (WireCapability.Eth, GetReceiptsId) => "GetReceipts",
        (WireCapability.Eth, ReceiptsId) => "Receipts",
        (WireCapability.Eth, BlockRangeUpdateId) => "BlockRangeUpdate",
        (WireCapability.Consensus, NewBlockWithSidecarId) => "NewBlockWithSidecar",
        (WireCapability.Consensus, GetSidecarsId) => "GetSidecars",
        (WireCapability.Consensus, SidecarsId) => "Sidecars",
        (WireCapability.Consensus, var id) when rule?.NameOf(id) is { } name => name,
        _ => "unknown message",
    };

    /// <summary>A kind of message for people, such as "BlockHeaders (eth 0x04)".</summary>
    public string Describe(WireCode code) =>
        $"{NameOf(code)} ({(code.Capability == WireCapability.Eth ? "eth" : rule?.Capability)} 0x{code.Id:x2})";

    /// <summary>
    /// The most bytes that a message with this code may have, uncompressed; zero where there is no such message.
    /// </summary>
    public int MaxBytes(WireCode code, int ethVersion) =>
        code.Capability == WireCapability.Eth ? WireLimits.MaxEthBytes(code.Id, ethVersion)
        : rule is null ? 0
        : WireLimits.MaxSidecarBytes(code.Id) is > 0 and var bytes ? bytes
        : rule.MaxBytes(code.Id);

    /// <summary>Writes a message for a peer of this eth version.</summary>
    public WireCode Encode(WireMessage message, int ethVersion, RlpWriter rlp)
    {
        WireEncoding.Write(message, ethVersion, rule, rlp);
        return CodeOf(message);
    }

    /// <summary>Reads a message from a peer of this eth version.</summary>
    public Verdict<WireMessage, WireError> Decode(WireCode code, int ethVersion, ReadOnlySpan<byte> payload)
    {
        var limit = MaxBytes(code, ethVersion);
        if (limit == 0) return new WireError.Unknown(Describe(code));
        if (payload.Length > limit) return new WireError.TooLarge(Describe(code), payload.Length, limit);
        try
        {
            return WireDecoding.Read(code, ethVersion, rule, payload);
        }
        catch (RlpException e)
        {
            return new WireError.Malformed(Describe(code), e.Message);
        }
    }

    private static WireCode Eth(int id) => new(WireCapability.Eth, id);

    private static WireCode Own(int id) => new(WireCapability.Consensus, id);
}
