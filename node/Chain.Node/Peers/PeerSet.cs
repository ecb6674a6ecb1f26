using System.Collections.Immutable;

namespace Chain.Node;

/// <summary>All connections, in the order in which they came, and the penalties.</summary>
internal sealed class PeerSet(Outbox outbox, NodeLimits limits)
{
    private readonly SortedDictionary<long, Peer> _peers = [];

    /// <summary>The peers whose greeting was accepted.</summary>
    public IEnumerable<Peer> Ready => _peers.Values.Where(peer => peer.IsReady);

    public Peer? Find(PeerId id) => _peers.GetValueOrDefault(id.Number);

    public Peer Add(PeerId id, PeerLink link) => _peers[id.Number] = new Peer(id, link, limits);

    public void Remove(PeerId id) => _peers.Remove(id.Number);

    public void Punish(PeerId id, PeerOffence offence)
    {
        if (offence.Points == 0 || Find(id) is not { } peer) return;
        peer.Score += offence.Points;
        outbox.Tell(new NodeEvent.PeerPunished(id, offence.Points, peer.Score, offence.Text));
        if (peer.Score >= limits.MaxScore) outbox.Disconnect(id, DisconnectReason.BreachOfProtocol, offence.Text);
    }

    public ImmutableList<PeerView> ToViews() => [.. Ready.Select(peer => peer.ToView())];
}
