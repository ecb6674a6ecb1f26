using Chain.Node;

namespace Chain.Network;

/// <summary>
/// A peer broke the transport's rules, so that its connection cannot go on. Thrown and caught inside the network layer;
/// nobody outside sees it.
/// </summary>
public sealed class PeerProtocolException(DisconnectReason reason, string message) : Exception(message)
{
    /// <summary>What the peer is told.</summary>
    public DisconnectReason Reason { get; } = reason;
}
