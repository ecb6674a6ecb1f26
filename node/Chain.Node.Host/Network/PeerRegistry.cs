using System.Net;

namespace Chain.Node.Host.Network;

/// <summary>A connection that loses its place to another, and what it is told.</summary>
internal sealed record Displaced(PeerConnection Connection, DisconnectReason Reason, string Why);

/// <summary>Who is connected, and the limits on that.</summary>
internal sealed class PeerRegistry(NodeId self, PeerHubOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, PeerConnection> _byNode = [];
    private readonly Dictionary<PeerId, PeerConnection> _byPeer = [];
    private readonly HashSet<PeerConnection> _displaced = [];
    private readonly Dictionary<IPAddress, int> _incoming = [];
    private readonly List<IncomingHandshake> _pending = [];

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

    /// <summary>
    /// Admits an incoming connection to the handshake, or says why not. When all places are taken the handshake that shows least
    /// loses its own: a flood of them ends handshakes, but never keeps a newcomer out.
    /// </summary>
    public string? AdmitIncoming(IncomingHandshake newcomer)
    {
        IncomingHandshake? victim = null;
        lock (_gate)
        {
            var fromThere = _incoming.GetValueOrDefault(newcomer.Source);
            if (fromThere >= options.MaxPeersPerAddress && !(options.LoopbackIsExempt && IPAddress.IsLoopback(newcomer.Source)))
                return $"{fromThere} connections from {newcomer.Source} are open already.";
            if (_pending.Count >= options.MaxPendingHandshakes)
            {
                victim = LeastShown();
                _pending.Remove(victim);
            }

            _incoming[newcomer.Source] = fromThere + 1;
            _pending.Add(newcomer);
        }

        victim?.GiveWay();
        return null;
    }

    /// <summary>The peer's first message was sound: it knows this node's key.</summary>
    public void Authenticated(IncomingHandshake handshake)
    {
        lock (_gate) handshake.Stage = HandshakeStage.Authenticated;
    }

    /// <summary>The handshake of an incoming connection is over, one way or the other.</summary>
    public void HandshakeOver(IncomingHandshake handshake)
    {
        lock (_gate) _pending.Remove(handshake);
    }

    /// <summary>An incoming connection that was admitted is gone.</summary>
    public void IncomingGone(IncomingHandshake handshake)
    {
        lock (_gate)
        {
            if (_incoming[handshake.Source] == 1) _incoming.Remove(handshake.Source);
            else _incoming[handshake.Source]--;
        }
    }

    /// <summary>Takes a connection in, unless that is refused; one that loses its place for it is given back with the reason.</summary>
    public (PeerEnding? Refused, Displaced? Gone) Add(PeerConnection connection)
    {
        lock (_gate)
        {
            if (connection.Id == self) return (new PeerEnding(DisconnectReason.ConnectedToSelf, false, "It is this node itself."), null);
            _byNode.TryGetValue(connection.Id, out var older);
            if (older is not null && !TakesThePlaceOf(connection, older))
                return (new PeerEnding(DisconnectReason.AlreadyConnected, false, "It is connected already."), null);
            var gone = older is not null ? new Displaced(older, DisconnectReason.AlreadyConnected, "Another connection with it took its place.") : null;
            if (older is null && !HasRoomFor(connection))
            {
                if (LeastUseful() is not { } useless) return (new PeerEnding(DisconnectReason.TooManyPeers, false, $"All {options.MaxPeers} places are taken."), null);
                gone = new Displaced(useless, DisconnectReason.TooManyPeers, "It has delivered nothing for a while, and another peer needs the place.");
            }

            if (gone is not null) _displaced.Add(gone.Connection);
            _byNode[connection.Id] = connection;
            _byPeer[connection.Peer] = connection;
            return (null, gone);
        }
    }

    public void Remove(PeerConnection connection)
    {
        lock (_gate)
        {
            _displaced.Remove(connection);
            _byPeer.Remove(connection.Peer);
            if (_byNode.TryGetValue(connection.Id, out var current) && current == connection) _byNode.Remove(connection.Id);
        }
    }

    // Static peers come on top. Incoming ones leave room for those that this node chooses itself.
    private bool HasRoomFor(PeerConnection connection)
    {
        if (connection.IsStatic) return true;
        var taken = _byPeer.Count - _displaced.Count;
        if (taken >= options.MaxPeers) return false;
        var keptFree = Math.Min(options.TargetDialled, options.MaxPeers / 2);
        return connection.Outbound || _byPeer.Values.Count(peer => IsPlainIncoming(peer) && !_displaced.Contains(peer)) < options.MaxPeers - keptFree;
    }

    // The incoming peer that has gone longest without delivering anything, if that is long enough.
    private PeerConnection? LeastUseful() => _byPeer.Values
        .Where(peer => IsPlainIncoming(peer) && peer.Ending is null && !_displaced.Contains(peer) && peer.IdleMs >= options.UselessAfter.TotalMilliseconds)
        .OrderByDescending(peer => peer.IdleMs).ThenBy(peer => peer.Peer.Number)
        .FirstOrDefault();

    // Of those that have proven least, the oldest one from the source with the most: an honest handshake proves itself within
    // milliseconds and is passed over from then on.
    private IncomingHandshake LeastShown()
    {
        var stage = _pending.Min(handshake => handshake.Stage);
        return _pending.Where(handshake => handshake.Stage == stage).GroupBy(handshake => handshake.Source).MaxBy(source => source.Count())!.First();
    }

    private static bool IsPlainIncoming(PeerConnection peer) => !peer.Outbound && !peer.IsStatic;

    // Two nodes that dial each other at once must agree which connection stays: the one dialled by the greater node id.
    // One that is ending makes room in any case.
    private bool TakesThePlaceOf(PeerConnection newer, PeerConnection older) =>
        older.Ending is not null || (newer.Outbound != older.Outbound && newer.Outbound == self > newer.Id);
}
