using System.Net;
using Chain.Node;

namespace Chain.Network;

/// <summary>A connection that loses its place to another, and what it is told.</summary>
internal sealed record Displaced(PeerConnection Connection, DisconnectReason Reason, string Why);

/// <summary>
/// Who is connected, and the limits on that. An incoming connection passes through stages, each of which has room for so many,
/// and earns its place by delivering something; what this node dials or a person named has its place at once.
/// </summary>
internal sealed class PeerRegistry(NodeId self, PeerHubOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, PeerConnection> _byNode = [];
    private readonly Dictionary<PeerId, PeerConnection> _byPeer = [];
    private readonly HashSet<PeerConnection> _placed = [];
    private readonly Dictionary<IPAddress, int> _incoming = [];

    // Those that came to their stage first are first.
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

    /// <summary>Admits an incoming connection to the handshake, or says why not.</summary>
    public string? AdmitIncoming(IncomingHandshake newcomer)
    {
        IncomingHandshake? victim;
        lock (_gate)
        {
            var fromThere = _incoming.GetValueOrDefault(newcomer.Source);
            if (fromThere >= options.MaxPeersPerAddress && !(options.LoopbackIsExempt && IPAddress.IsLoopback(newcomer.Source)))
                return $"{fromThere} connections from {newcomer.Source} are open already.";
            _incoming[newcomer.Source] = fromThere + 1;
            victim = Enter(newcomer, HandshakeStage.Connected);
        }

        victim?.GiveWay();
        return null;
    }

    /// <summary>
    /// An incoming connection comes to its next stage. When that is full another one there gives way: a flood that stops at some
    /// stage ends connections at that stage, but never keeps a newcomer out.
    /// </summary>
    public void Advance(IncomingHandshake handshake, HandshakeStage stage)
    {
        IncomingHandshake? victim;
        lock (_gate) victim = _pending.Remove(handshake) ? Enter(handshake, stage) : null;
        victim?.GiveWay();
    }

    /// <summary>An incoming connection that was admitted is gone.</summary>
    public void IncomingGone(IncomingHandshake handshake)
    {
        lock (_gate)
        {
            _pending.Remove(handshake);
            if (_incoming[handshake.Source] == 1) _incoming.Remove(handshake.Source);
            else _incoming[handshake.Source]--;
        }
    }

    /// <summary>
    /// Takes a connection in, unless that is refused; one that has to leave for it is given back with the reason. An incoming one
    /// still has to earn its place (<see cref="TakePlace"/>) unless a person named it.
    /// </summary>
    public (PeerEnding? Refused, Displaced? Gone) Add(PeerConnection connection)
    {
        lock (_gate)
        {
            if (connection.Id == self)
                return (new PeerEnding(DisconnectReason.ConnectedToSelf, false, "It is this node itself."), null);
            _byNode.TryGetValue(connection.Id, out var older);
            if (older is not null && !TakesThePlaceOf(connection, older))
                return (new PeerEnding(DisconnectReason.AlreadyConnected, false, "It is connected already."), null);
            var isFull = _placed.Count(peer => peer != older && peer.Ending is null) >= options.MaxPeers;
            if (connection.Outbound && !connection.IsNamed && isFull) return (NoPlace(), null);
            if (older is not null) _placed.Remove(older);
            if (connection.IsProtected)
            {
                Place(connection);
                if (connection.Incoming is { } incoming) _pending.Remove(incoming);
            }

            _byNode[connection.Id] = connection;
            _byPeer[connection.Peer] = connection;
            const string Why = "Another connection with it took its place.";
            return (null, older is null ? null : new Displaced(older, DisconnectReason.AlreadyConnected, Why));
        }
    }

    /// <summary>
    /// Gives an incoming peer that has just delivered something a place, if there is one; the peer that has to leave for it is
    /// given back. Without one it stays on trial, as the newest. Incoming peers leave places free for those that this node
    /// chooses itself.
    /// </summary>
    public Displaced? TakePlace(PeerConnection connection)
    {
        lock (_gate)
        {
            if (_byNode.GetValueOrDefault(connection.Id) != connection || connection.Ending is not null) return null;
            if (connection.Incoming is not { } incoming || !_pending.Remove(incoming)) return null;
            PeerConnection? useless = null;
            if (FreeForIncoming() == 0)
            {
                var oldestFirst = _placed.Where(peer => peer.Ending is null).OrderBy(peer => peer.Peer.Number);
                var places = oldestFirst.Select(peer => peer.Place);
                if (PeerPlaces.LeastUseful(places, options.UselessAfter) is not { } least)
                {
                    _pending.Add(incoming);
                    return null;
                }

                useless = _byPeer[least.Peer];
                _placed.Remove(useless);
            }

            Place(connection);
            const string Why = "It has delivered nothing for a while.";
            return useless is null ? null : new Displaced(useless, DisconnectReason.TooManyPeers, Why);
        }
    }

    public void Remove(PeerConnection connection)
    {
        lock (_gate)
        {
            _placed.Remove(connection);
            _byPeer.Remove(connection.Peer);
            if (_byNode.TryGetValue(connection.Id, out var current) && current == connection) _byNode.Remove(connection.Id);
        }
    }

    private void Place(PeerConnection connection)
    {
        _placed.Add(connection);
        connection.HasPlace = true;
    }

    // Those that are ending make room.
    private int FreeForIncoming()
    {
        var kept = Math.Min(options.TargetDialled, options.MaxPeers / 2);
        var incoming = _placed.Count(peer => !peer.IsProtected && peer.Ending is null);
        var all = _placed.Count(peer => peer.Ending is null);
        return Math.Max(0, options.MaxPeers - Math.Max(incoming + kept, all));
    }

    private PeerEnding NoPlace() => new(DisconnectReason.TooManyPeers, false, $"All {options.MaxPeers} places are taken.");

    // Puts a connection into a stage; the one that has to leave that for it is given back, already taken out. Places that nobody
    // has earned are lent to those on trial.
    private IncomingHandshake? Enter(IncomingHandshake handshake, HandshakeStage stage)
    {
        IncomingHandshake? victim = null;
        var there = _pending.Where(other => other.Stage == stage).ToList();
        var room = options.MaxPendingHandshakes + (stage == HandshakeStage.OnTrial ? FreeForIncoming() : 0);
        if (there.Count >= room)
        {
            victim = Crowding.Choose(there, other => other.Source, handshake.Source)!;
            _pending.Remove(victim);
        }

        handshake.Stage = stage;
        _pending.Add(handshake);
        return victim;
    }

    // Two nodes that dial each other at once must agree which connection stays: the one dialled by the greater node id.
    // One that is ending makes room in any case.
    private bool TakesThePlaceOf(PeerConnection newer, PeerConnection older) =>
        older.Ending is not null || (newer.Outbound != older.Outbound && newer.Outbound == self > newer.Id);
}
