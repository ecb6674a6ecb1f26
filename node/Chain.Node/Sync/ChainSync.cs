using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Catches up with a peer whose chain is better: finds the common ancestor, takes headers from that peer (the leader), bodies
/// from all peers at once, and imports in order. One session at a time; whatever goes wrong ends it, and the next begins where
/// the tree then stands.
/// </summary>
internal sealed class ChainSync(
    NodeConfig config, ConsensusRules rules, BlockTree tree, BlockImporter importer, PeerSet peers, PendingRequests requests, Outbox outbox)
{
    private const int HeaderRequestsAhead = 3;
    private const int TipHeaders = 128;
    private const int RetryDelayMs = 1000;
    private const ulong FarBehind = 8;

    private readonly Dictionary<PeerId, At> _restUntil = [];
    private Session? _session;

    private sealed class Session(PeerId leader, Hash256 target, ulong startingBlock)
    {
        public PeerId Leader { get; } = leader;

        public Hash256 Target { get; } = target;

        public ulong StartingBlock { get; } = startingBlock;

        /// <summary>The leader's height; known once it sent its head.</summary>
        public ulong TargetNumber { get; set; }

        public AncestorSearch? Search { get; set; }

        /// <summary>The last verified header; the next one must stand on it. Null until the common ancestor is known.</summary>
        public SealedHeader? LastHeader { get; set; }

        public ulong NextHeaderToAsk { get; set; }

        public Queue<SyncSlot> Slots { get; } = new();
    }

    /// <summary>What to show while the node is far behind; null otherwise.</summary>
    public SyncView? View => _session is { LastHeader: not null } session && session.TargetNumber > tree.Head.Number + FarBehind
        ? new SyncView(session.StartingBlock, tree.Head.Number, session.TargetNumber) : null;

    public bool IsFarBehind => View is not null;

    /// <summary>Begins a session with the best peer that is ahead, if none is running.</summary>
    public void Consider(At now)
    {
        if (_session is not null) return;
        Peer? best = null;
        foreach (var peer in peers.Ready)
        {
            if (!IsAhead(peer) || IsResting(peer, now)) continue;
            if (best is null || Better(peer, best)) best = peer;
        }

        if (best is not null) Start(best, best.Head!.Hash, now);
    }

    /// <summary>Goes on with what can go on now.</summary>
    public void OnTick(At now) => Pump(now);

    /// <summary>Begins a session towards a block that this peer showed us and whose parent we lack.</summary>
    public void Follow(PeerId id, Hash256 target, At now)
    {
        if (_session is null && peers.Find(id) is { IsReady: true } peer && !peer.CutOff.Contains(target) && !IsResting(peer, now)) Start(peer, target, now);
    }

    public void OnTip(PeerId peer, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (_session is not { } session || session.Leader != peer) return;
        if (headers.Count == 0)
        {
            Fail(new PeerOffence.EmptyPromise($"the headers below {session.Target}"), now);
            return;
        }

        if (headers[0].Hash != session.Target || !SealedHeader.LinkDownwards(headers))
        {
            Fail(new PeerOffence.UnexpectedAnswer("headers that do not lead down from its head"), now);
            return;
        }

        session.TargetNumber = headers[0].Number;
        if (peers.Find(peer) is { } leader && headers.Any(header => leader.CutOff.Contains(header.Hash)))
        {
            leader.CutOff.Add(session.Target);
            End(now, rest: true);
            return;
        }

        var known = 0;
        while (known < headers.Count && !tree.Contains(headers[known].Hash)) known++;
        if (known < headers.Count)
        {
            if (BeginDownload(session, headers[known], now)) TakeHeaders(session, headers.Take(known).Reverse(), now);
        }
        else if (headers[^1].Number == 0)
        {
            Fail(new PeerOffence.UnexpectedAnswer("a chain from another genesis"), now);
            return;
        }
        else
        {
            session.Search = new AncestorSearch(0, Math.Min(headers[^1].Number - 1, tree.Head.Number));
            Probe(session, now);
        }

        Pump(now);
    }

    public void OnProbe(PeerId peer, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (_session is not { Search: { } search } session || session.Leader != peer) return;
        if (headers.Count == 0)
        {
            Fail(new PeerOffence.EmptyPromise("headers of its own chain"), now);
            return;
        }

        foreach (var header in headers)
        {
            var shared = tree.Contains(header.Hash);
            if (header.Number <= search.Low || header.Number > search.High) continue;
            search.Learn(header.Number, shared);
            if (shared && header.Number == search.Low) session.LastHeader = header;
            if (!shared) break;
        }

        Probe(session, now);
        Pump(now);
    }

    public void OnHeaders(PendingRequest.SyncHeaders request, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (_session is not { LastHeader: { } last } session || session.Leader != request.Peer || request.From != last.Number + 1) return;
        if (headers.Count == 0)
        {
            // The leader's chain ended earlier than it seemed, or it changed: what we have so far is still good.
            session.TargetNumber = last.Number;
        }
        else
        {
            TakeHeaders(session, headers, now);
            if (_session is not null && headers.Count < request.Count) session.NextHeaderToAsk = session.LastHeader!.Number + 1;
        }

        Pump(now);
    }

    public void OnBodies(PendingRequest.SyncBodies request, IReadOnlyList<BlockBody> bodies, At now)
    {
        foreach (var slot in request.Slots) slot.BodyRequested = false;
        for (var i = 0; i < bodies.Count && i < request.Slots.Count; i++) request.Slots[i].Body ??= bodies[i];
        if (bodies.Count == 0) Disappoint(request.Peer, "block bodies", now);
        Pump(now);
    }

    public void OnSidecars(PendingRequest.SyncSidecars request, IReadOnlyList<ReadOnlyMemory<byte>> sidecars, At now)
    {
        foreach (var slot in request.Slots) slot.SidecarRequested = false;
        for (var i = 0; i < sidecars.Count && i < request.Slots.Count; i++)
        {
            if (!sidecars[i].IsEmpty) request.Slots[i].Sidecar ??= sidecars[i];
        }

        if (sidecars.All(sidecar => sidecar.IsEmpty)) Disappoint(request.Peer, "the sidecars of its blocks", now);
        Pump(now);
    }

    /// <summary>A connection has ended; a session ends with its leader, who alone is known to have its blocks.</summary>
    public void OnGone(PeerId peer, At now)
    {
        if (_session?.Leader == peer) End(now, rest: true);
        _restUntil.Remove(peer);
        Consider(now);
    }

    /// <summary>A question got no answer.</summary>
    public void OnLost(PendingRequest request, bool timedOut, At now)
    {
        switch (request)
        {
            case PendingRequest.SyncBodies bodies:
                foreach (var slot in bodies.Slots) slot.BodyRequested = false;
                break;
            case PendingRequest.SyncSidecars sidecars:
                foreach (var slot in sidecars.Slots) slot.SidecarRequested = false;
                break;
            case PendingRequest.SyncTip or PendingRequest.SyncProbe or PendingRequest.SyncHeaders when _session?.Leader == request.Peer:
                End(now, rest: timedOut);
                break;
        }

        if (timedOut) Rest(request.Peer, now, true);
        Pump(now);
    }

    private bool IsAhead(Peer peer)
    {
        if (peer.Head is not { } head || tree.Contains(head.Hash) || peer.CutOff.Contains(head.Hash)) return false;
        return peer.TotalDifficulty.IsZero ? head.Number > tree.Head.Number || peer.IsUnexplored : peer.TotalDifficulty > tree.Head.TotalDifficulty;
    }

    private static bool Better(Peer candidate, Peer than) =>
        candidate.TotalDifficulty != than.TotalDifficulty ? candidate.TotalDifficulty > than.TotalDifficulty : candidate.Head!.Number > than.Head!.Number;

    private bool IsResting(Peer peer, At now) => _restUntil.TryGetValue(peer.Id, out var until) && until > now;

    private void Rest(PeerId peer, At now, bool disappointed)
    {
        if (disappointed) _restUntil[peer] = now.Plus(RetryDelayMs);
    }

    private void Start(Peer leader, Hash256 target, At now)
    {
        leader.IsUnexplored = false;
        _session = new Session(leader.Id, target, tree.Head.Number);
        var id = requests.Open(new PendingRequest.SyncTip(leader.Id, now));
        outbox.Send(leader.Id, new WireMessage.GetBlockHeaders(id, target, 0, TipHeaders, 0, Reverse: true));
    }

    private void Probe(Session session, At now)
    {
        if (session.Search is not { } search) return;
        if (search.IsDone)
        {
            var ancestor = search.Low == 0 ? config.Genesis.Header : session.LastHeader!;
            BeginDownload(session, ancestor, now);
            return;
        }

        var (start, skip, count) = search.NextProbe();
        var id = requests.Open(new PendingRequest.SyncProbe(session.Leader, now));
        outbox.Send(session.Leader, new WireMessage.GetBlockHeaders(id, null, start, count, skip, Reverse: false));
    }

    /// <summary>False when the branch leaves ours below what is final: it is remembered of the leader, and the session is over.</summary>
    private bool BeginDownload(Session session, SealedHeader ancestor, At now)
    {
        if (rules.FinalityHolds && tree.Marks().FinalizedNumber is var finalized && (ancestor.Number < finalized || tree.Find(ancestor.Hash) is null))
        {
            Refuse(session, new BlockError.BelowFinality(ancestor.Hash, finalized), now);
            return false;
        }

        session.Search = null;
        session.LastHeader = ancestor;
        session.NextHeaderToAsk = ancestor.Number + 1;
        return true;
    }

    private void TakeHeaders(Session session, IEnumerable<SealedHeader> headers, At now)
    {
        var isFirst = true;
        foreach (var header in headers)
        {
            // The leader may have reorganised between two answers: no fault, begin again.
            if (isFirst && header.ParentHash != session.LastHeader!.Hash)
            {
                End(now, rest: false);
                return;
            }

            isFirst = false;
            if (!VerifiedHeader.Verify(rules, header, session.LastHeader!, now).IsOk(out var verified, out var error))
            {
                if (error is HeaderError.FromTheFuture) session.TargetNumber = session.LastHeader!.Number;
                else Fail(new PeerOffence.InvalidBlock(new BlockError.Header(error)), now);
                return;
            }

            session.Slots.Enqueue(new SyncSlot(verified.Header, rules.HasSidecar));
            session.LastHeader = verified.Header;
            session.NextHeaderToAsk = Math.Max(session.NextHeaderToAsk, header.Number + 1);
        }
    }

    /// <summary>Imports what is complete, asks for what is missing, and ends the session when all is there.</summary>
    private void Pump(At now)
    {
        if (_session is { LastHeader: not null, Search: null } session)
        {
            ImportReady(session, now);
            if (_session is not null)
            {
                AskHeaders(session, now);
                AskBodies(session, now);
                if (session.Slots.Count == 0 && session.LastHeader.Number >= session.TargetNumber) End(now, rest: false);
            }
        }

        Consider(now);
    }

    private void ImportReady(Session session, At now)
    {
        var imported = 0;
        while (imported < config.Limits.BlocksPerStep && session.Slots.TryPeek(out var slot) && slot.Complete is { } block)
        {
            session.Slots.Dequeue();
            imported++;
            if (importer.Add(block, session.Leader, now) is ImportResult.Refused refused)
            {
                Refuse(session, refused.Error, now);
                break;
            }
        }

        if (imported == 0) return;
        importer.UpdateHead(now);
        if (View is { } view) outbox.Tell(new NodeEvent.SyncProgress(view.StartingBlock, view.CurrentBlock, view.HighestBlock));
    }

    private void AskHeaders(Session session, At now)
    {
        while (session.NextHeaderToAsk <= session.TargetNumber
            && session.Slots.Count < config.Limits.HeadersAhead
            && requests.Count<PendingRequest.SyncHeaders>() < HeaderRequestsAhead)
        {
            var count = (int)Math.Min((ulong)config.Limits.HeadersPerRequest, session.TargetNumber - session.NextHeaderToAsk + 1);
            var id = requests.Open(new PendingRequest.SyncHeaders(session.Leader, now, session.NextHeaderToAsk, count));
            outbox.Send(session.Leader, new WireMessage.GetBlockHeaders(id, null, session.NextHeaderToAsk, (ulong)count, 0, Reverse: false));
            session.NextHeaderToAsk += (ulong)count;
        }
    }

    private void AskBodies(Session session, At now)
    {
        var free = config.Limits.BodyRequests
            - requests.Count<PendingRequest.SyncBodies>()
            - requests.Count<PendingRequest.SyncSidecars>();
        foreach (var peer in Helpers(session, now))
        {
            if (free <= 0) return;
            if (NextSlots(session, slot => slot.Body is null && !slot.BodyRequested) is { Count: > 0 } bodies)
            {
                foreach (var slot in bodies) slot.BodyRequested = true;
                var id = requests.Open(new PendingRequest.SyncBodies(peer.Id, now, bodies));
                outbox.Send(peer.Id, new WireMessage.GetBlockBodies(id, [.. bodies.Select(slot => slot.Header.Hash)]));
                free--;
            }

            if (peer.Link.CarriesSidecars && NextSlots(session, slot => slot.Sidecar is null && !slot.SidecarRequested) is { Count: > 0 } sidecars)
            {
                foreach (var slot in sidecars) slot.SidecarRequested = true;
                var id = requests.Open(new PendingRequest.SyncSidecars(peer.Id, now, sidecars));
                outbox.Send(peer.Id, new WireMessage.GetSidecars(id, [.. sidecars.Select(slot => slot.Header.Hash)]));
                free--;
            }
        }
    }

    private List<SyncSlot> NextSlots(Session session, Func<SyncSlot, bool> isMissing) =>
        [.. session.Slots.Where(isMissing).Take(config.Limits.BodiesPerRequest)];

    /// <summary>The peers to ask now: the leader, and all others that claim to be as high; two questions to each at once.</summary>
    private IEnumerable<Peer> Helpers(Session session, At now)
    {
        var willing = peers.Ready.Where(peer => peer.Id == session.Leader || peer.Head is { } head && head.Number >= session.TargetNumber).ToList();
        for (var round = 0; round < 2; round++)
        {
            foreach (var peer in willing)
            {
                var busy = requests.Count<PendingRequest.SyncBodies>(peer.Id)
                    + requests.Count<PendingRequest.SyncSidecars>(peer.Id);
                if (busy < 2 && (!IsResting(peer, now) || willing.Count == 1)) yield return peer;
            }
        }
    }

    private void Refuse(Session session, BlockError error, At now)
    {
        if (error.IsBelowFinality) peers.Find(session.Leader)?.CutOff.Add(session.Target);
        Fail(new PeerOffence.InvalidBlock(error), now);
    }

    /// <summary>A peer has nothing of what was asked. The leader has promised it; the others may be on another branch, and rest.</summary>
    private void Disappoint(PeerId peer, string what, At now)
    {
        if (_session?.Leader == peer) Fail(new PeerOffence.EmptyPromise(what), now);
        else Rest(peer, now, true);
    }

    private void Fail(PeerOffence offence, At now)
    {
        peers.Punish(_session!.Leader, offence);
        End(now, rest: true);
    }

    private void End(At now, bool rest)
    {
        if (_session is not { } session) return;
        _session = null;
        requests.RemoveAll(request => request is PendingRequest.SyncTip or PendingRequest.SyncProbe or PendingRequest.SyncHeaders or PendingRequest.SyncBodies or PendingRequest.SyncSidecars);
        // A leader that did not deliver its head gets no second session at once.
        if (rest || !tree.Contains(session.Target)) Rest(session.Leader, now, true);
        if (!rest) outbox.Tell(new NodeEvent.SyncFinished(tree.Head.Number));
    }
}
