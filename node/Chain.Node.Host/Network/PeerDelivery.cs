using Chain.Consensus;

namespace Chain.Node.Host.Network;

/// <summary>
/// What a peer does for this node: blocks, transactions, votes, answers. Greetings, questions and mere announcements cost
/// nothing to make and do not count. Whether what came was sound the core decides; it leaves a peer whose deliveries are not.
/// </summary>
internal static class PeerDelivery
{
    public static bool Is(WireMessage message) => message switch
    {
        WireMessage.NewBlock or WireMessage.NewBlockWithSidecar => true,
        WireMessage.Transactions sent => sent.Items.Count > 0,
        WireMessage.PooledTransactions answer => answer.Items.Count > 0,
        WireMessage.BlockHeaders answer => answer.Headers.Count > 0,
        WireMessage.BlockBodies answer => answer.Bodies.Count > 0,
        WireMessage.Sidecars answer => answer.Items.Count > 0,
        WireMessage.OfConsensus sent => sent.Message is not StakeMessage.Status,
        _ => false,
    };
}
