using Chain.Node;

namespace Chain.Network;

/// <summary>
/// What the network tells the host about a peer. Of one peer: first <see cref="Connected"/>, then any number of others, last
/// <see cref="Disconnected"/>, one after the other and never at once.
/// </summary>
public abstract record PeerEvent(PeerId Peer)
{
    /// <summary>
    /// The room that a message takes until whoever takes the event is done with it and disposes this; null for none.
    /// </summary>
    public InboundLease? Lease { get; init; }

    /// <summary>The handshake is done and an eth version agreed.</summary>
    public sealed record Connected(PeerId Peer, PeerLink Link, PeerInfo Info) : PeerEvent(Peer);

    /// <summary>A message arrived. The signatures of its transactions have been recovered.</summary>
    /// <param name="Bytes">Its size, uncompressed.</param>
    public sealed record Received(PeerId Peer, WireMessage Message, int Bytes) : PeerEvent(Peer);

    /// <summary>Bytes arrived that are no message. The connection goes on unless the core ends it.</summary>
    public sealed record Malformed(PeerId Peer, string Why) : PeerEvent(Peer);

    /// <summary>The connection is gone.</summary>
    /// <param name="ByRemote">Whether the peer ended it.</param>
    public sealed record Disconnected(PeerId Peer, DisconnectReason Reason, bool ByRemote, string Why) : PeerEvent(Peer);
}

/// <summary>
/// Takes the network's events. Peers call it at the same time, each for itself; a peer reads nothing further until its call
/// is done, so that a slow node slows its peers instead of growing.
/// </summary>
public delegate ValueTask PeerEventHandler(PeerEvent peerEvent, CancellationToken stopping);
