using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Catches up with a peer whose chain may be better: finds the common ancestor, takes headers from that peer (the leader), bodies
/// from all peers at once, and imports in order. One session at a time. A session starts on a claim, and every step of it must show something:
/// <list type="bullet">
/// <item>each answer of the leader narrows the search for the ancestor, or adds verified headers, or the session is over;</item>
/// <item>bodies are asked for once the verified headers outweigh our own chain, where headers carry weight;</item>
/// <item>without a new block for <see cref="StallMs"/> the session is over, and after <see cref="FirstTurnMs"/> without any, or when new ones come slowly,
/// it gives way to the next peer that waits.</item>
/// </list>
/// The leader pays for what it claimed and did not show, and is not asked for it again.
/// </summary>
internal sealed class ChainSync(
    NodeConfig config, ConsensusRules rules, IBlockJudge judge, BlockTree tree, BlockImporter importer, PeerSet peers, PendingRequests requests, Outbox outbox)
{
    private const int HeaderRequestsAhead = 3;
    private const int TipHeaders = 128;
    private const ulong FarBehind = 8;
    private const long FirstTurnMs = 10_000;

    // A session that brings fewer blocks may be slowed down by its leader.
    private const long SlowestMsPerBlock = 100;

    private readonly PeerClaims _claims = new(rules, tree, peers, config.Limits);
    private SyncSession? _session;

    private long StallMs => 2L * config.Limits.RequestTimeoutMs;

    /// <summary>What to show while the node is far behind a chain that it has verified; null otherwise.</summary>
    public SyncView? View => _session is { } session && IsBehind(session)
        ? new SyncView(session.StartingBlock, tree.Head.Number, Math.Max(tree.Head.Number, session.VerifiedNumber)) : null;

    /// <summary>Whether the node knows, and not only by hearsay, that the chain's end is elsewhere.</summary>
    public bool IsFarBehind => _session is { } session && IsBehind(session);

    /// <summary>A peer says that it has a block: a claim (<see cref="PeerClaims.Hear"/>).</summary>
    public void Hear(Peer peer, BlockRef head, UInt256 weight) => _claims.Hear(peer, head, weight);

    /// <summary>Holds a claim against the block that came with it.</summary>
    public void Check(Peer peer, BlockRef head, UInt256 weight) => _claims.Check(peer, head, weight);

    /// <summary>Begins a session with a peer that may be ahead, if none is running.</summary>
    public void Consider(At now)
    {
        if (_session is null && _claims.ChooseLeader(now) is { } leader) Start(leader, leader.Head!, leader.HeadWeight, now);
    }

    /// <summary>Goes on with what can go on now.</summary>
    /// <param name="isSteady">False when the clock jumped since the last tick: then nobody was slow.</param>
    public void OnTick(At now, bool isSteady)
    {
        if (!isSteady) _session?.BeginTurn(now);
        Pump(now);
        if (_session is not { } session) return;
        if (now.Since(session.ProgressAt) > StallMs) Fail(new PeerOffence.EmptyPromise($"the blocks up to {session.Target}"), now);
        else if (IsSlow(session, now) && peers.Find(session.Leader) is { } leader && _claims.AnotherWaits(leader, now)) GiveUp(now, isFault: false);
        Consider(now);
    }

    /// <summary>Begins a session towards a block that this peer showed us and whose parent we lack.</summary>
    public void Follow(PeerId id, Hash256 target, At now)
    {
        if (_session is not null || peers.Find(id) is not { IsReady: true } peer || _claims.IsResting(peer, now)) return;
        if (peer.CutOff.Contains(target) || peer.Unshown.Contains(target)) return;
        var isHead = peer.Head?.Hash == target;
        Start(peer, isHead ? peer.Head! : new BlockRef(0, target), isHead ? peer.HeadWeight : UInt256.Zero, now);
    }

    public void OnTip(PeerId peer, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (_session is not { LastHeader: null, Search: null } session || session.Leader != peer) return;
        if (FindFaultInTip(session, headers) is { } fault) Fail(fault, now);
        else if (peers.Find(peer) is { } leader && headers.Any(header => leader.CutOff.Contains(header.Hash))) CutOff(leader, session, now);
        else PlaceTip(session, headers, now);
        Pump(now);
    }

    public void OnProbe(PeerId peer, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (_session is not { Search: { } search } session || session.Leader != peer) return;
        if (search.Take(headers, header => tree.Contains(header.Hash)))
        {
            session.ProgressAt = now;
            Probe(session, now);
        }
        else
        {
            Fail(headers.Count == 0 ? new PeerOffence.EmptyPromise("headers of its own chain") : new PeerOffence.UnexpectedAnswer("not the heights that were asked for"), now);
        }

        Pump(now);
    }

    public void OnHeaders(PendingRequest.SyncHeaders request, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (_session is not { LastHeader: { } last } session || session.Leader != request.Peer || request.From != last.Number + 1) return;
        if (headers.Count > request.Count)
        {
            Fail(new PeerOffence.UnexpectedAnswer($"{headers.Count} headers instead of {request.Count}"), now);
        }
        else
        {
            TakeHeaders(session, headers, now);

            // The leader's chain ends earlier than it seemed: what came of it is still good.
            if (headers.Count < request.Count && session.LastHeader is { } end) (session.TargetNumber, session.EndsEarly) = (end.Number, true);
        }

        Pump(now);
    }

    public void OnBodies(PendingRequest.SyncBodies request, IReadOnlyList<BlockBody> bodies, At now)
    {
        foreach (var slot in request.Slots) slot.BodyRequested = false;
        for (var i = 0; i < bodies.Count && i < request.Slots.Count; i++) request.Slots[i].Take(bodies[i], request.Peer);
        if (bodies.Count == 0) Disappoint(request.Peer, "block bodies", now);
        Pump(now);
    }

    public void OnSidecars(PendingRequest.SyncSidecars request, IReadOnlyList<ReadOnlyMemory<byte>> sidecars, At now)
    {
        foreach (var slot in request.Slots) slot.SidecarRequested = false;
        for (var i = 0; i < sidecars.Count && i < request.Slots.Count; i++)
        {
            var slot = request.Slots[i];
            if (!sidecars[i].IsEmpty && slot.Take(sidecars[i], request.Peer)) slot.IsVouched = judge.IsVouchedFor(slot.Header, sidecars[i]);
        }

        _session?.CountVouched();
        if (sidecars.All(sidecar => sidecar.IsEmpty)) Disappoint(request.Peer, "the sidecars of its blocks", now);
        Pump(now);
    }

    /// <summary>A connection has ended; a session ends with its leader, who alone is known to have its blocks.</summary>
    public void OnGone(PeerId peer, At now)
    {
        if (_session?.Leader == peer) End();
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
                // Silence may be a bad line; only if it goes on it is taken for an answer.
                GiveUp(now, isFault: true);
                break;
        }

        if (timedOut && peers.Find(request.Peer) is { } peer) _claims.Rest(peer, now);
        Pump(now);
    }

    /// <summary>
    /// Where headers carry weight, verified ones far beyond the head that outweigh it. Elsewhere headers can be made up, but not blocks: then
    /// it takes new ones that came by this session just now, while the head is older than it is in a network that goes on.
    /// </summary>
    private bool IsBehind(SyncSession session)
    {
        if (session is not { LastHeader: { } last, IsWorthIt: true }) return false;
        if (rules.HeadersCarryWeight) return session.VerifiedNumber > tree.Head.Number + FarBehind && session.VerifiedWeight > tree.Head.TotalDifficulty;
        var freshMs = FarBehind * config.Spec.Consensus.BlockIntervalMs;
        return session.Imported > 0
            && last.Number > tree.Head.Number + FarBehind
            && (tree.Head.Header.Header.Timestamp * 1000) + freshMs < (ulong)session.ProgressAt.UnixMs;
    }

    private static bool IsSlow(SyncSession session, At now) =>
        now.Since(session.StartedAt) is var passed && passed > FirstTurnMs && session.Imported * SlowestMsPerBlock < passed;

    private void Start(Peer leader, BlockRef target, UInt256 weight, At now)
    {
        leader.IsUnexplored = false;
        _session = new SyncSession(leader.Id, target, weight, tree.Head.Number, now);
        var id = requests.Open(new PendingRequest.SyncTip(leader.Id, now));
        outbox.Send(leader.Id, new WireMessage.GetBlockHeaders(id, target.Hash, 0, TipHeaders, 0, Reverse: true));
    }

    /// <summary>The headers down from the target, before anything is known of them but what they say.</summary>
    private PeerOffence? FindFaultInTip(SyncSession session, IReadOnlyList<SealedHeader> headers)
    {
        if (headers.Count == 0) return new PeerOffence.FalseClaim($"it has no block {session.Target}");
        if (headers.Count > TipHeaders || headers[0].Hash != session.Target || !SealedHeader.LinkDownwards(headers)) return new PeerOffence.UnexpectedAnswer("headers that do not lead down from its head");
        var number = headers[0].Number;
        if (session.Claim.Number != 0 && session.Claim.Number != number) return new PeerOffence.FalseClaim($"block {session.Target} has number {number}, not {session.Claim.Number}");
        foreach (var header in headers)
        {
            if (tree.Contains(header.Hash)) return null;
            if (rules.Headers.CheckSeal(header) is { } badSeal) return new PeerOffence.InvalidBlock(new BlockError.Header(badSeal));
        }

        return headers[^1].Number == 0 ? new PeerOffence.UnexpectedAnswer("a chain from another genesis") : null;
    }

    private void PlaceTip(SyncSession session, IReadOnlyList<SealedHeader> headers, At now)
    {
        session.TargetNumber = headers[0].Number;
        var known = 0;
        while (known < headers.Count && !tree.Contains(headers[known].Hash)) known++;
        if (known == headers.Count)
        {
            session.Search = new AncestorSearch(0, Math.Min(headers[^1].Number - 1, tree.Head.Number));
            Probe(session, now);
        }
        else if (BeginDownload(session, headers[known], now))
        {
            TakeHeaders(session, [.. headers.Take(known).Reverse()], now);
        }
    }

    private void Probe(SyncSession session, At now)
    {
        if (session.Search is not { } search) return;
        if (search.IsDone)
        {
            session.FirstApart = search.Apart;
            BeginDownload(session, search.Shared ?? config.Genesis.Header, now);
            return;
        }

        var (start, skip, count) = search.NextProbe();
        var id = requests.Open(new PendingRequest.SyncProbe(session.Leader, now));
        outbox.Send(session.Leader, new WireMessage.GetBlockHeaders(id, null, start, count, skip, Reverse: false));
    }

    /// <summary>False when the branch leaves ours below what is final: it is remembered of the leader, and the session is over.</summary>
    private bool BeginDownload(SyncSession session, SealedHeader ancestor, At now)
    {
        if (rules.FinalityHolds && tree.Marks().FinalizedNumber is var finalized && (ancestor.Number < finalized || tree.Find(ancestor.Hash) is null))
        {
            Refuse(session, new BlockError.BelowFinality(ancestor.Hash, finalized), now);
            return false;
        }

        session.BeginAt(ancestor, tree.RecordOf(ancestor.Hash)!.TotalDifficulty);
        session.IsWorthIt = !rules.HeadersCarryWeight;
        session.ProgressAt = now;
        return true;
    }

    private void TakeHeaders(SyncSession session, IReadOnlyList<SealedHeader> headers, At now)
    {
        for (var i = 0; i < headers.Count && _session == session; i++)
        {
            var (header, last) = (headers[i], session.LastHeader!);

            // The leader may have reorganised between two answers, or said two things: begin again, some times.
            var isOther = header.ParentHash != last.Hash
                || (session.FirstApart is { } apart && header.Number == apart.Number && header.Hash != apart.Hash)
                || (session.MustPass is { } pass && header.Number == pass.Number && header.Hash != pass.Hash);
            if (isOther)
            {
                if (i == 0) GiveUp(now, isFault: true);
                else Fail(new PeerOffence.UnexpectedAnswer("headers that do not follow each other"), now);
                return;
            }

            if (!VerifiedHeader.Verify(rules, header, last, now).IsOk(out var verified, out var error))
            {
                if (error is not HeaderError.FromTheFuture) Fail(new PeerOffence.InvalidBlock(new BlockError.Header(error)), now);
                else (session.TargetNumber, session.EndsEarly, session.EndsInFuture) = (last.Number, true, true);
                return;
            }

            session.Add(new SyncSlot(verified.Header, rules.HasSidecar), isSealed: rules.HeadersCarryWeight);
            if (Weigh(session, now)) return;
        }
    }

    /// <summary>What the last header means for the leader's claim. True when the rest of the answer is of no use.</summary>
    private bool Weigh(SyncSession session, At now)
    {
        if (!rules.HeadersCarryWeight) return false;
        var last = session.LastHeader!;
        if (last.Hash == session.Target && !session.ClaimedWeight.IsZero && session.ClaimedWeight != session.Weight)
        {
            Fail(new PeerOffence.FalseClaim($"the total difficulty of block {last.Number} is {session.Weight}, not {session.ClaimedWeight}"), now);
            return true;
        }

        if (session.IsWorthIt) return false;
        session.ProgressAt = now;
        session.IsWorthIt = session.Weight > tree.Head.TotalDifficulty;
        if (!session.IsWorthIt)
        {
            // A long branch is first weighed and then fetched, so that a light one never fills memory or the store.
            if (session.Slots.Count >= config.Limits.HeadersAhead) session.DropSlots();
            return false;
        }

        if (!session.HasDropped) return false;
        session.MustPass = new BlockRef(last.Number, last.Hash);
        session.Rewind();
        requests.RemoveAll(request => request is PendingRequest.SyncHeaders);
        return true;
    }

    /// <summary>Imports what is complete, asks for what is missing, and ends the session when all is there.</summary>
    private void Pump(At now)
    {
        if (_session is { LastHeader: not null, Search: null } session)
        {
            ImportReady(session, now);
            if (_session == session)
            {
                AskHeaders(session, now);
                if (session.IsWorthIt) AskBodies(session, now);
                if ((session.Slots.Count == 0 || !session.IsWorthIt) && session.LastHeader.Number >= session.TargetNumber) Finish(session, now);
            }
        }

        Consider(now);
    }

    private void ImportReady(SyncSession session, At now)
    {
        if (!session.IsWorthIt) return;
        var taken = 0;
        Hash256? last = null;
        while (_session == session && taken < config.Limits.BlocksPerStep && session.Slots.TryPeek(out var slot) && slot.Complete is { } block)
        {
            taken++;
            switch (importer.Add(block, session.Leader, now))
            {
                case ImportResult.Refused refused:
                    if (Blame(session, slot, refused.Error, now)) break;
                    continue;
                case ImportResult.Added:
                    last = block.Hash;
                    session.CountImported(block.Number, now);
                    break;
                case ImportResult.AlreadyKnown:
                    break;
                default:
                    // Its time has not come, so that what stands on it cannot be taken either.
                    GiveUp(now, isFault: false);
                    break;
            }

            session.Slots.TryDequeue(out _);
        }

        if (taken == 0) return;
        importer.UpdateHead(now);
        if (_session == session && last is { } hash && tree.Find(hash)?.Status == BlockStatus.Invalid) Fail(new PeerOffence.InvalidBlock(new BlockError.KnownInvalid(hash)), now);
        if (View is { } view) outbox.Tell(new NodeEvent.SyncProgress(view.StartingBlock, view.CurrentBlock, view.HighestBlock));
    }

    private void AskHeaders(SyncSession session, At now)
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

    private void AskBodies(SyncSession session, At now)
    {
        var free = config.Limits.BodyRequests - requests.Count<PendingRequest.SyncBodies>() - requests.Count<PendingRequest.SyncSidecars>();
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

    private List<SyncSlot> NextSlots(SyncSession session, Func<SyncSlot, bool> isMissing) =>
        [.. session.Slots.Where(isMissing).Take(config.Limits.BodiesPerRequest)];

    /// <summary>The peers to ask now: the leader, and all others that claim to be as high; two questions to each at once.</summary>
    private IEnumerable<Peer> Helpers(SyncSession session, At now)
    {
        var willing = peers.Ready.Where(peer => peer.Id == session.Leader || (peer.Head is { } head && head.Number >= session.TargetNumber)).ToList();
        for (var round = 0; round < 2; round++)
        {
            foreach (var peer in willing)
            {
                var busy = requests.Count<PendingRequest.SyncBodies>(peer.Id) + requests.Count<PendingRequest.SyncSidecars>(peer.Id);
                if (busy < 2 && (!_claims.IsResting(peer, now) || willing.Count == 1)) yield return peer;
            }
        }
    }

    /// <summary>
    /// A block was refused. Where its header is not to blame but what came to it, whoever sent that pays, and it is asked for again; otherwise
    /// the session is over and its leader pays. Answers whether it is over.
    /// </summary>
    private bool Blame(SyncSession session, SyncSlot slot, BlockError error, At now)
    {
        if (error is BlockError.TransactionsRootMismatch or BlockError.WithdrawalsMismatch && slot.BodyFrom is { } sender)
        {
            peers.Punish(sender, new PeerOffence.InvalidBlock(error));
            slot.DropBody();
        }
        else if (error is BlockError.Consensus { Error: { CondemnsBlock: false, IsBelowFinality: false } } && slot.SidecarFrom is { } from)
        {
            peers.Punish(from, new PeerOffence.InvalidBlock(error));
            slot.DropSidecar();
        }
        else
        {
            Refuse(session, error, now);
            return true;
        }

        return false;
    }

    private void Refuse(SyncSession session, BlockError error, At now)
    {
        if (error.IsBelowFinality && peers.Find(session.Leader) is { } leader)
        {
            peers.Punish(session.Leader, new PeerOffence.InvalidBlock(error));
            CutOff(leader, session, now);
            return;
        }

        Fail(new PeerOffence.InvalidBlock(error), now);
    }

    /// <summary>A branch from below what is final: not asked for again, and no fault of who does not know that.</summary>
    private void CutOff(Peer leader, SyncSession session, At now)
    {
        leader.CutOff.Add(session.Target);
        _claims.Failed(leader, now);
        End();
    }

    /// <summary>A peer has nothing of what was asked. The leader has promised it; the others may be on another branch, and rest.</summary>
    private void Disappoint(PeerId id, string what, At now)
    {
        if (_session?.Leader == id) Fail(new PeerOffence.EmptyPromise(what), now);
        else if (peers.Find(id) is { } peer) _claims.Rest(peer, now);
    }

    /// <summary>All that the leader would show has come.</summary>
    private void Finish(SyncSession session, At now)
    {
        if (tree.Contains(session.Target))
        {
            if (peers.Find(session.Leader) is { } leader) _claims.Succeeded(leader);
            End();
            outbox.Tell(new NodeEvent.SyncFinished(tree.Head.Number));
        }
        else if (session.EndsInFuture)
        {
            GiveUp(now, isFault: false);
        }
        else if (session.EndsEarly)
        {
            Fail(new PeerOffence.EmptyPromise($"the headers up to {session.Target}"), now);
        }
        else if (peers.Find(session.Leader) is { } honest && session.LastHeader!.Hash == session.Target)
        {
            // Verified, and lighter than ours: now its weight is known.
            if (honest.Head?.Hash == session.Target) honest.Correct(new BlockRef(session.LastHeader.Number, session.Target), session.Weight);
            _claims.Rest(honest, now);
            End();
        }
        else
        {
            GiveUp(now, isFault: true);
        }
    }

    /// <summary>The leader did what no honest peer does, or does often.</summary>
    private void Fail(PeerOffence offence, At now)
    {
        if (_session is not { } session) return;
        peers.Punish(session.Leader, offence);
        if (peers.Find(session.Leader) is { } leader)
        {
            _claims.Failed(leader, now);
            PeerClaims.Refute(leader, session.Target);
        }

        End();
    }

    /// <summary>The session led to nothing, for a reason that an honest peer may have as well; if it is a fault, then not again and again.</summary>
    private void GiveUp(At now, bool isFault)
    {
        if (_session is not { } session) return;
        if (peers.Find(session.Leader) is { } leader && _claims.Failed(leader, now) && isFault)
        {
            peers.Punish(leader.Id, new PeerOffence.EmptyPromise($"the chain of {session.Target}"));
            PeerClaims.Refute(leader, session.Target);
        }

        End();
    }

    private void End()
    {
        _session = null;
        requests.RemoveAll(request => request is PendingRequest.SyncTip or PendingRequest.SyncProbe or PendingRequest.SyncHeaders or PendingRequest.SyncBodies or PendingRequest.SyncSidecars);
    }
}
