using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Asks for the bodies and sidecars that a session's slots lack: the leader first, who answers for them, then all others that
/// claim to be as high, two questions to each at once. What one of those did not bring is left to the leader, so that they cannot
/// hold up the next block.
/// </summary>
internal sealed class BodyRequests(NodeLimits limits, PeerSet peers, PendingRequests requests, Outbox outbox)
{
    private const int PerPeer = 2;

    public void Ask(SyncSession session, At now)
    {
        var free = Free(session);
        foreach (var peer in Helpers(session, now))
        {
            // However many help, there is always room for the leader's questions.
            if (free <= (peer.Id == session.Leader ? 0 : PerPeer - Busy(session.Leader))) return;
            if (Next(session, peer, slot => slot.Body is null && !slot.BodyRequested) is { Count: > 0 } bodies)
            {
                foreach (var slot in bodies) slot.BodyRequested = true;
                var id = requests.Open(new PendingRequest.SyncBodies(peer.Id, now, bodies));
                outbox.Send(peer.Id, new WireMessage.GetBlockBodies(id, [.. bodies.Select(slot => slot.Header.Hash)]));
                free--;
            }

            if (peer.Link.SpeaksRule
                && Next(session, peer, slot => slot.Sidecar is null && !slot.SidecarRequested) is { Count: > 0 } sidecars)
            {
                foreach (var slot in sidecars) slot.SidecarRequested = true;
                var id = requests.Open(new PendingRequest.SyncSidecars(peer.Id, now, sidecars));
                outbox.Send(peer.Id, new WireMessage.GetSidecars(id, [.. sidecars.Select(slot => slot.Header.Hash)]));
                free--;
            }
        }
    }

    /// <summary>A question is over, however it ended: what it did not bring may be asked for again.</summary>
    /// <param name="isFruitless">Whether it brought nothing at all.</param>
    public static void Release(PendingRequest request, bool isFruitless)
    {
        if (request is PendingRequest.SyncBodies bodies)
        {
            foreach (var slot in bodies.Slots) (slot.BodyRequested, slot.IsForLeader) = (false, slot.IsForLeader || isFruitless);
        }
        else if (request is PendingRequest.SyncSidecars sidecars)
        {
            foreach (var slot in sidecars.Slots)
                (slot.SidecarRequested, slot.IsForLeader) = (false, slot.IsForLeader || isFruitless);
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

    private int Busy(PeerId peer) =>
        requests.Count<PendingRequest.SyncBodies>(peer) + requests.Count<PendingRequest.SyncSidecars>(peer);

    private List<SyncSlot> Next(SyncSession session, Peer peer, Func<SyncSlot, bool> isMissing) =>
        [.. session.Slots.Where(slot =>
            isMissing(slot) && (!slot.IsForLeader || peer.Id == session.Leader)).Take(limits.BodiesPerRequest)];

    // A greeting of eth/68 does not tell the number of a head.
    private static bool IsAsHigh(BlockRef head, SyncSession session) =>
        head.Number >= session.TargetNumber || head.Hash == session.Target;

    private IEnumerable<Peer> Helpers(SyncSession session, At now)
    {
        var willing = peers.Ready
            .Where(peer => peer.Id == session.Leader || (peer.Head is { } head && IsAsHigh(head, session)))
            .OrderBy(peer => peer.Id != session.Leader)
            .ToList();
        for (var round = 0; round < PerPeer; round++)
        {
            foreach (var peer in willing)
            {
                if (Busy(peer.Id) < PerPeer && (!PeerClaims.IsResting(peer, now) || willing.Count == 1)) yield return peer;
            }
        }
    }
}
