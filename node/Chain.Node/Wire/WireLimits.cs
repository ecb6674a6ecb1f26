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

    /// <summary>
    /// The most bytes that a message with this code may have, uncompressed; zero where there is no such message.
    /// </summary>
    public static int MaxBytes(WireCode code, int ethVersion) => code switch
    {
        (WireCapability.Eth, WireCodec.StatusId) => 1024,
        (WireCapability.Eth, WireCodec.NewBlockHashesId) => 16 * 1024,
        (WireCapability.Eth, WireCodec.TransactionsId) => MaxMessageBytes,
        (WireCapability.Eth, WireCodec.GetBlockHeadersId) => 128,
        (WireCapability.Eth, WireCodec.BlockHeadersId) => 4 * 1024 * 1024,
        (WireCapability.Eth,
            WireCodec.GetBlockBodiesId or WireCodec.GetPooledTransactionsId or WireCodec.GetReceiptsId) => 40 * 1024,
        (WireCapability.Eth, WireCodec.NewBlockId) => MaxBlockBytes,
        (WireCapability.Eth, WireCodec.BlockBodiesId or WireCodec.ReceiptsId) => MaxMessageBytes,
        (WireCapability.Eth, WireCodec.PooledTransactionsId) => MaxMessageBytes,
        (WireCapability.Eth, WireCodec.NewPooledTransactionHashesId) => 512 * 1024,
        (WireCapability.Eth, WireCodec.BlockRangeUpdateId) => ethVersion >= 69 ? 128 : 0,
        (WireCapability.Stake, WireCodec.NewBlockWithSidecarId) => MaxBlockBytes,
        (WireCapability.Stake, WireCodec.SidecarsId) => MaxMessageBytes,
        (WireCapability.Stake, WireCodec.GetSidecarsId) => 40 * 1024,
        (WireCapability.Stake, var id) => Chain.Consensus.StakeMessageCodec.MaxBytes(id),
        _ => 0,
    };
}
