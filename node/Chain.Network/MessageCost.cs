using Chain.Consensus;
using Chain.Node;

namespace Chain.Network;

/// <summary>
/// What a message makes this node do, in units of about ten microseconds of one core: what <see
/// cref="PeerHubOptions.WorkPerSecond"/> bounds. Estimates from what a message holds, before anything is done about it.
/// </summary>
internal static class MessageCost
{
    // A lookup that may go to the store; recovering who signed; reading a block or its receipts.
    private const long Lookup = 1;
    private const long Recovery = 4;
    private const long BlockRead = 8;

    /// <summary>About the bytes of a signature in a sidecar with what belongs to it.</summary>
    private const long SidecarBytesPerSignature = 66;

    /// <summary>Units of work.</summary>
    /// <param name="message">Any message but an answer: what was asked for has been wanted.</param>
    /// <param name="unknownTransactions">
    /// How many transactions in it were not seen before, so that their senders have to be recovered.
    /// </param>
    /// <param name="rule">Knows the cost of the rule's own messages.</param>
    public static long Of(WireMessage message, int unknownTransactions, ConsensusCodec? rule) =>
        1 + (unknownTransactions * Recovery) + Of(message, rule);

    private static long Of(WireMessage message, ConsensusCodec? rule) => message switch
    {
        WireMessage.NewBlockHashes m => m.Blocks.Count * Lookup,
        WireMessage.NewPooledTransactionHashes m => m.Hashes.Count * Lookup,
        WireMessage.Transactions m => m.Items.Count * Lookup,
        WireMessage.NewBlock m => m.Block.Body.Transactions.Count * Lookup / 4,
        WireMessage.NewBlockWithSidecar m =>
            (m.Block.Body.Transactions.Count * Lookup / 4) + (m.Block.Sidecar.Length * Lookup / SidecarBytesPerSignature),
        WireMessage.GetBlockHeaders m => (long)Math.Min(m.Limit, WireLimits.MaxHeaders) * Lookup,
        WireMessage.GetBlockBodies m => m.Hashes.Count * BlockRead,
        WireMessage.GetReceipts m => m.Hashes.Count * BlockRead,
        WireMessage.GetSidecars m => m.Hashes.Count * BlockRead,
        WireMessage.GetPooledTransactions m => m.Hashes.Count * Lookup / 4,
        WireMessage.OfConsensus own => rule?.CostOf(own.Message) * Lookup ?? 0,
        _ => 0,
    };
}
