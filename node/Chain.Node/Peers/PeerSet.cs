using System.Collections.Immutable;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>All connections, in the order in which they came, and the penalties.</summary>
internal sealed class PeerSet(Outbox outbox, NodeLimits limits)
{
    private readonly SortedDictionary<long, Peer> _peers = [];
    private At _forgaveAt;
    private PeerView[] _shown = [];
    private ImmutableList<PeerView> _views = [];

    /// <summary>The peers whose greeting was accepted and that may stay.</summary>
    public IEnumerable<Peer> Ready => _peers.Values.Where(peer => peer.IsReady && !peer.IsLeaving);

    public Peer? Find(PeerId id) => _peers.GetValueOrDefault(id.Number);

    public Peer Add(PeerId id, PeerLink link) => _peers[id.Number] = new Peer(id, link, limits);

    public void Remove(PeerId id) => _peers.Remove(id.Number);

    public void Punish(PeerId id, PeerOffence offence)
    {
        if (offence.Points == 0 || Find(id) is not { IsLeaving: false } peer) return;
        peer.Score += offence.Points;
        outbox.Tell(new NodeEvent.PeerPunished(id, offence.Points, peer.Score, offence.Text));
        if (peer.Score < limits.MaxScore) return;
        Disconnect(peer, DisconnectReason.BreachOfProtocol, offence.Text);
    }

    /// <summary>Ends a connection: nothing that still arrives by it is looked at.</summary>
    public void Disconnect(Peer peer, DisconnectReason reason, string why)
    {
        peer.IsLeaving = true;
        outbox.Disconnect(peer.Id, reason, why);
    }

    /// <summary>
    /// A block that cost too little to be kept or followed. An honest peer has a few, as when we are far behind: what counts is
    /// their bytes in a short time.
    /// </summary>
    public void ChargeForUseless(Peer peer, Block block)
    {
        if (!peer.UselessBlocks.Add((int)(BlockSize.Of(block) / 1024), good: 0)) return;
        Punish(peer.Id, new PeerOffence.UselessBlocks(limits.UselessKibibytesPerPeer));
    }

    /// <summary>
    /// Forgives a point from time to time: what happens to an honest peer now and then must not add up over days.
    /// </summary>
    public void OnTick(At now)
    {
        if (Math.Abs(now.Since(_forgaveAt)) < limits.ForgivenessMs) return;
        _forgaveAt = now;
        foreach (var peer in Ready)
        {
            peer.Score = Math.Max(0, peer.Score - 1);
            peer.UselessBlocks.Halve();
        }
    }

    /// <summary>The peers as readers see them: the same list as the last time when nothing changed.</summary>
    public ImmutableList<PeerView> ToViews()
    {
        var count = 0;
        var changed = false;
        foreach (var peer in _peers.Values)
        {
            if (!peer.IsReady || peer.IsLeaving) continue;
            changed |= count >= _shown.Length || !ReferenceEquals(_shown[count], peer.ToView());
            count++;
        }

        if (!changed && count == _shown.Length) return _views;
        _shown = [.. Ready.Select(peer => peer.ToView())];
        return _views = [.. _shown];
    }
}
