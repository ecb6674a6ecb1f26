using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Asks for the bodies and sidecars that a session's slots lack: the leader, and all others that claim to be as high, two questions to each
/// at once.
/// </summary>
internal sealed class BodyRequests(NodeLimits limits, PeerSet peers, PendingRequests requests, Outbox outbox)
{
    private const int PerPeer = 2;

    public void Ask(SyncSession session, At now)
    {
        var free = Free(session);
        foreach (var peer in Helpers(session, now))
        {
            if (free <= 0) return;
            if (Next(session, slot => slot.Body is null && !slot.BodyRequested) is { Count: > 0 } bodies)
            {
                foreach (var slot in bodies) slot.BodyRequested = true;
                var id = requests.Open(new PendingRequest.SyncBodies(peer.Id, now, bodies));
                outbox.Send(peer.Id, new WireMessage.GetBlockBodies(id, [.. bodies.Select(slot => slot.Header.Hash)]));
                free--;
            }

            if (peer.Link.CarriesSidecars && Next(session, slot => slot.Sidecar is null && !slot.SidecarRequested) is { Count: > 0 } sidecars)
            {
                foreach (var slot in sidecars) slot.SidecarRequested = true;
                var id = requests.Open(new PendingRequest.SyncSidecars(peer.Id, now, sidecars));
                outbox.Send(peer.Id, new WireMessage.GetSidecars(id, [.. sidecars.Select(slot => slot.Header.Hash)]));
                free--;
            }
        }
    }

    /// <summary>A question is over, however it ended: what it did not bring may be asked for again.</summary>
    public static void Release(PendingRequest request)
    {
        if (request is PendingRequest.SyncBodies bodies)
        {
            foreach (var slot in bodies.Slots) slot.BodyRequested = false;
        }
        else if (request is PendingRequest.SyncSidecars sidecars)
        {
            foreach (var slot in sidecars.Slots) slot.SidecarRequested = false;
        }
    }

    /// <summary>How many questions may be asked: as many as there is memory for the answers, one at least.</summary>
    private int Free(SyncSession session)
    {
        var room = limits.SyncBytes - session.HeldBytes;
        var most = session.LargestAnswer == 0 ? limits.BodyRequests : room / session.LargestAnswer;
        var open = requests.Count<PendingRequest.SyncBodies>() + requests.Count<PendingRequest.SyncSidecars>();
        return (int)Math.Clamp(most, 1, limits.BodyRequests) - open;
    }

    private List<SyncSlot> Next(SyncSession session, Func<SyncSlot, bool> isMissing) =>
        [.. session.Slots.Where(isMissing).Take(limits.BodiesPerRequest)];

    private IEnumerable<Peer> Helpers(SyncSession session, At now)
    {
        var willing = peers.Ready
            .Where(peer => peer.Id == session.Leader || (peer.Head is { } head && head.Number >= session.TargetNumber))
            .ToList();
        for (var round = 0; round < PerPeer; round++)
        {
            foreach (var peer in willing)
            {
                var busy = requests.Count<PendingRequest.SyncBodies>(peer.Id) + requests.Count<PendingRequest.SyncSidecars>(peer.Id);
                if (busy < PerPeer && (!PeerClaims.IsResting(peer, now) || willing.Count == 1)) yield return peer;
            }
        }
    }
}
