namespace Chain.Node;

/// <summary>
/// What one message may hold. A message beyond these is refused whole; who builds one keeps below them. The soft limit is
/// what an answer aims at (devp2p, caps/eth.md recommends 2 MiB); the hard ones bound what a peer can make this node allocate.
/// </summary>
public static class WireLimits
{
    /// <summary>The uncompressed size of any message (devp2p, RLPx: 16 MiB).</summary>
    public const int MaxMessageBytes = 16 * 1024 * 1024;

    /// <summary>
    /// A message with a new block and its sidecar (EIP-7934, MAX_BLOCK_SIZE). A longer one is announced by its hash.
    /// </summary>
    public const int MaxBlockBytes = 10 * 1024 * 1024;

    /// <summary>An answer stops growing once it has this many bytes.</summary>
    public const int SoftAnswerBytes = 2 * 1024 * 1024;

    /// <summary>Headers asked for or given at once.</summary>
    public const int MaxHeaders = 1024;

    /// <summary>Bodies, receipts of blocks, or sidecars asked for or given at once.</summary>
    public const int MaxBodies = 1024;

    /// <summary>Block hashes announced at once.</summary>
    public const int MaxBlockAnnouncements = 256;

    /// <summary>Transaction hashes announced at once.</summary>
    public const int MaxTransactionAnnouncements = 8192;

    /// <summary>Transactions asked for or sent by hash at once.</summary>
    public const int MaxPooledTransactions = 1024;

    /// <summary>Transactions sent unasked at once: their senders are recovered before anything else is known of them.</summary>
    public const int MaxUnaskedTransactions = 4096;

    /// <summary>Transactions in one message of whatever kind, all its blocks together.</summary>
    public const int MaxTransactions = 65536;

    /// <summary>Withdrawals in one message, all its blocks together.</summary>
    public const int MaxWithdrawals = 65536;

    /// <summary>Receipts in one message, all its blocks together.</summary>
    public const int MaxReceipts = 65536;

    /// <summary>Logs in one message of receipts.</summary>
    public const int MaxLogs = 131072;

    /// <summary>The most bytes that an eth message with this number may have; zero where there is none.</summary>
    internal static int MaxEthBytes(int id, int ethVersion) => id switch
    {
        WireCodec.StatusId => 1024,
        WireCodec.NewBlockHashesId => 16 * 1024,
        WireCodec.TransactionsId => MaxMessageBytes,
        WireCodec.GetBlockHeadersId => 128,
        WireCodec.BlockHeadersId => 4 * 1024 * 1024,
        WireCodec.GetBlockBodiesId or WireCodec.GetPooledTransactionsId or WireCodec.GetReceiptsId => 40 * 1024,
        WireCodec.NewBlockId => MaxBlockBytes,
        WireCodec.BlockBodiesId or WireCodec.ReceiptsId => MaxMessageBytes,
        WireCodec.PooledTransactionsId => MaxMessageBytes,
        WireCodec.NewPooledTransactionHashesId => 512 * 1024,
        WireCodec.BlockRangeUpdateId => ethVersion >= 69 ? 128 : 0,
        _ => 0,
    };

    /// <summary>The most bytes of the messages that carry sidecars; zero for any other number.</summary>
    internal static int MaxSidecarBytes(int id) => id switch
    {
        WireCodec.NewBlockWithSidecarId => MaxBlockBytes,
        WireCodec.SidecarsId => MaxMessageBytes,
        WireCodec.GetSidecarsId => 40 * 1024,
        _ => 0,
    };
}
