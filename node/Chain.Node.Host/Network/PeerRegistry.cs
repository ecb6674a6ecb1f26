using System.Net;

namespace Chain.Node.Host.Network;

/// <summary>Who is connected, and the limits on that.</summary>
internal sealed class PeerRegistry(NodeId self, PeerHubOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, PeerConnection> _byNode = [];
    private readonly Dictionary<PeerId, PeerConnection> _byPeer = [];
    private readonly Dictionary<IPAddress, int> _incoming = [];
    private int _pending;

    /// <summary>All connections, oldest first.</summary>
    public IReadOnlyList<PeerConnection> All
    {
        get
        {
            lock (_gate) return [.. _byPeer.Values.OrderBy(connection => connection.Peer.Number)];
        }
    }

    public int Count
    {
        get
        {
            lock (_gate) return _byPeer.Count;
        }
    }

    public PeerConnection? Find(PeerId peer)
    {
        lock (_gate) return _byPeer.GetValueOrDefault(peer);
    }

    public PeerConnection? Find(NodeId node)
    {
        lock (_gate) return _byNode.GetValueOrDefault(node);
    }

    /// <summary>Admits an incoming connection to the handshake; a reason when it is not.</summary>
    public string? AdmitIncoming(IPAddress address)
    {
        lock (_gate)
        {
            if (_pending >= options.MaxPendingHandshakes) return $"{_pending} handshakes are under way already.";
            var fromThere = _incoming.GetValueOrDefault(address);
            if (fromThere >= options.MaxPeersPerAddress && !(options.LoopbackIsExempt && IPAddress.IsLoopback(address)))
                return $"{fromThere} connections from {address} are open already.";
            _incoming[address] = fromThere + 1;
            _pending++;
            return null;
        }
    }

    /// <summary>The handshake of an incoming connection is over, one way or the other.</summary>
    public void HandshakeOver()
    {
        lock (_gate) _pending--;
    }

    /// <summary>An incoming connection that was admitted is gone.</summary>
    public void IncomingGone(IPAddress address)
    {
        lock (_gate)
        {
            if (_incoming[address] == 1) _incoming.Remove(address);
            else _incoming[address]--;
        }
    }

    /// <summary>Takes a connection in, unless that is refused; an older one that it takes the place of is given back.</summary>
    public (PeerEnding? Refused, PeerConnection? Replaced) Add(PeerConnection connection)
    {
        lock (_gate)
        {
            if (connection.Id == self) return (new PeerEnding(DisconnectReason.ConnectedToSelf, false, "It is this node itself."), null);
            _byNode.TryGetValue(connection.Id, out var older);
            if (older is not null && !TakesThePlaceOf(connection, older))
                return (new PeerEnding(DisconnectReason.AlreadyConnected, false, "It is connected already."), null);
            if (older is null && _byPeer.Count >= options.MaxPeers && !(connection.Outbound && connection.IsStatic))
                return (new PeerEnding(DisconnectReason.TooManyPeers, false, $"All {options.MaxPeers} places are taken."), null);
            _byNode[connection.Id] = connection;
            _byPeer[connection.Peer] = connection;
            return (null, older);
        }
    }

    public void Remove(PeerConnection connection)
    {
        lock (_gate)
        {
            _byPeer.Remove(connection.Peer);
            if (_byNode.TryGetValue(connection.Id, out var current) && current == connection) _byNode.Remove(connection.Id);
        }
    }

    // Two nodes that dial each other at once must agree which connection stays: the one dialled by the greater node id.
    // One that is ending makes room in any case.
    private bool TakesThePlaceOf(PeerConnection newer, PeerConnection older) =>
        older.Ending is not null || (newer.Outbound != older.Outbound && newer.Outbound == self > newer.Id);
}
