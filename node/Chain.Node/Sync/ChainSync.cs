using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Catches up with a peer whose chain may be better: finds the common ancestor, takes headers from that peer (the leader), bodies
/// from all peers at once, and imports in order. One session at a time. A session starts on a claim, and every step of it shows
/// something:
/// <list type="bullet">
/// <item>each answer of the leader narrows the search for the ancestor or adds verified headers, or the session is over;</item>
/// <item>where headers carry weight, bodies are asked for once the verified headers outweigh our own chain;</item>
/// <item>twice the time-out of a request without a new block ends it, and after <see cref="FirstTurnMs"/> it gives way to the
/// next peer that waits, unless blocks come fast.</item>
/// </list>
/// The leader pays for what it claimed and did not show, and is not asked for it again.
/// </summary>
internal sealed class ChainSync(
    NodeConfig config,
    ConsensusRules rules,
    IHeaderRules headers,
    IBlockJudge judge,
    BlockTree tree,
    BlockImporter importer,
    PeerSet peers,
    PeerClaims claims,
    PendingRequests requests,
    Outbox outbox)
{
    private const int HeaderRequestsAhead = 3;
    private const ulong FarBehind = 8;
    private const long FirstTurnMs = 10_000;

    // A session that brings fewer blocks may be slowed down by its leader.
    private const long SlowestMsPerBlock = 100;

    private readonly HeaderIntake _headers = new(config.Limits, rules, headers, tree, requests);
    private readonly BlockIntake _blocks = new(config.Limits, importer, peers, outbox);
    private readonly BodyRequests _bodies = new(config.Limits, peers, requests, outbox);
    private readonly CatchUpCredit _credit = new(FirstTurnMs, config.Spec.Consensus.BlockIntervalMs);
    private SyncSession? _session;

    /// <summary>What to show while the node is far behind a chain that it has verified; null otherwise.</summary>
    public SyncView? View => _session is { } session && IsBehind(session)
        ? new SyncView(session.StartingBlock, tree.Head.Number, Math.Max(tree.Head.Number, session.VerifiedNumber)) : null;

    /// <summary>
    /// Whether the node knows, and not only by hearsay, that the chain's end is elsewhere, and is on its way there. Headers alone
    /// can be shown by one peer after another, so that only blocks that keep coming are a reason to stop work, and only as long
    /// as they come faster than the chain grows (<see cref="CatchUpCredit"/>).
    /// </summary>
    public bool IsFarBehind => _session is { IsFlowing: true } session && IsBehind(session) && !_credit.IsSpent;

    /// <summary>Whether a session is under way, so that the head is likely to move on.</summary>
    public bool IsRunning => _session is not null;

    /// <summary>About how much memory the bodies and sidecars take that wait for the blocks before them.</summary>
    public long HeldBytes => _session?.HeldBytes ?? 0;

    /// <summary>A peer says that it has a block, which is known here or not: a claim (<see cref="PeerClaims"/>).</summary>
    public void Hear(Peer peer, BlockRef head, BlockRecord? known) => claims.Hear(peer, head, UInt256.Zero, known);

    /// <summary>Begins a session with a peer that may be ahead, if none is running.</summary>
    public void Consider(At now)
    {
        if (_session is null && claims.ChooseLeader(now) is { } leader) Start(leader, leader.Head!, leader.HeadWeight, now);
    }

    /// <summary>Goes on with what can go on now.</summary>
    /// <param name="isSteady">False when the clock jumped since the last tick: then nobody was slow.</param>
    public void OnTick(At now, bool isSteady)
    {
        if (!isSteady) _session?.BeginTurn(now);
        _credit.OnTick(now, isWaiting: IsFarBehind, isHeadOld: IsHeadOld(now));
        Pump(now);
        if (_session is not { } session) return;
        session.CheckFlow(now, config.Limits.RequestTimeoutMs);
        if (now.Since(session.ProgressAt) > 2L * config.Limits.RequestTimeoutMs)
            Fail(new PeerOffence.EmptyPromise($"the blocks up to {session.Target}"), now);
        else if (IsSlow(session, now) && peers.Find(session.Leader) is { } leader && claims.AnotherWaits(leader, now))
            End(new SessionEnd.GivenWay(), now);
        Consider(now);
    }

    /// <summary>Begins a session towards a block that this peer showed us and whose parent we lack.</summary>
    public void Follow(PeerId id, Hash256 target, At now)
    {
        if (_session is not null || peers.Find(id) is not { IsReady: true } peer || PeerClaims.IsResting(peer, now)) return;
        if (!PeerClaims.IsWorthAsking(peer, target)) return;
        if (peer.Head is not { } head || head.Hash != target) Start(peer, new BlockRef(0, target), UInt256.Zero, now);
        else if (peer.HeadWeight.IsZero || peer.HeadWeight > tree.Head.TotalDifficulty) Start(peer, head, peer.HeadWeight, now);
    }

    public void OnTip(PeerId peer, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (_session is not { LastHeader: null, Search: null } session || session.Leader != peer) return;
        if (_headers.FindFaultInTip(session, headers) is { } fault)
            Fail(fault, now);
        else if (peers.Find(peer) is { } leader && headers.Any(header => leader.CutOff.Contains(header.Hash)))
            End(new SessionEnd.CutOff(null), now);
        else
            PlaceTip(session, headers, now);
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
            Fail(new PeerOffence.UnexpectedAnswer("not the headers of the heights that were asked for"), now);
        }

        Pump(now);
    }

    public void OnHeaders(PendingRequest.SyncHeaders request, IReadOnlyList<SealedHeader> headers, At now)
    {
        if (_session is not { LastHeader: { } last } session || session.Leader != request.Peer || request.From != last.Number + 1)
            return;
        if (headers.Count > request.Count)
            Fail(new PeerOffence.UnexpectedAnswer($"{headers.Count} headers instead of {request.Count}"), now);
        else if (_headers.Take(session, headers, now) is { } end)
            End(end, now);
        else if (headers.Count < request.Count && !session.EndsEarly)
            session.EndEarly(isFuture: false);
        Pump(now);
    }

    public void OnBodies(PendingRequest.SyncBodies request, IReadOnlyList<BlockBody> bodies, At now)
    {
        BodyRequests.Release(request, isFruitless: bodies.Count == 0);
        if (_session is { } session)
        {
            session.CountAnswer(bodies.Sum(BlockSize.Of));
            for (var i = 0; i < bodies.Count && i < request.Slots.Count; i++)
            {
                // What finds no room is asked for again.
                var (slot, body) = (request.Slots[i], bodies[i]);
                if (session.HasRoom(slot, BlockSize.Of(body), config.Limits.SyncBytes)) slot.Take(body, request.Peer);
            }
        }

        if (bodies.Count == 0) Disappoint(request.Peer, "block bodies", now);
        Pump(now);
    }

    public void OnSidecars(PendingRequest.SyncSidecars request, IReadOnlyList<ReadOnlyMemory<byte>> sidecars, At now)
    {
        var isFruitless = sidecars.All(sidecar => sidecar.IsEmpty);
        BodyRequests.Release(request, isFruitless);
        if (_session is { } session)
        {
            session.CountAnswer(sidecars.Sum(sidecar => (long)sidecar.Length));
            for (var i = 0; i < sidecars.Count && i < request.Slots.Count; i++)
            {
                TakeSidecar(session, request.Slots[i], sidecars[i], request.Peer, now);
            }

            session.CountVouched();
        }

        if (isFruitless) Disappoint(request.Peer, "the sidecars of its blocks", now);
        Pump(now);
    }

    private void TakeSidecar(SyncSession session, SyncSlot slot, ReadOnlyMemory<byte> sidecar, PeerId from, At now)
    {
        if (sidecar.IsEmpty || !session.HasRoom(slot, sidecar.Length, config.Limits.SyncBytes)) return;
        if (!slot.Take(sidecar, from)) return;
        slot.IsVouched = judge.IsVouchedFor(new Block(slot.Header, BlockBody.Empty, sidecar), tree.Head.Header, now);
    }

    /// <summary>A connection has ended; a session ends with its leader, who alone is known to have its blocks.</summary>
    public void OnGone(PeerId peer, At now)
    {
        if (_session?.Leader == peer) End(new SessionEnd.GivenUp(), now);
        Consider(now);
    }

    /// <summary>A question got no answer.</summary>
    public void OnLost(PendingRequest request, bool timedOut, At now)
    {
        BodyRequests.Release(request, isFruitless: true);
        var wasForLeader = request is PendingRequest.SyncTip or PendingRequest.SyncProbe or PendingRequest.SyncHeaders;
        if (wasForLeader && _session?.Leader == request.Peer) End(new SessionEnd.GivenUp(), now);
        if (timedOut && peers.Find(request.Peer) is { } peer) PeerClaims.Rest(peer, now);
        Pump(now);
    }

    /// <summary>
    /// Where headers carry weight, verified ones far beyond the head that outweigh it say so. Otherwise blocks do: the session
    /// has just brought new ones, and the last is still older than the head of a network that goes on. Only how many more there
    /// are is then a claim, and without another block the session ends soon.
    /// </summary>
    private bool IsBehind(SyncSession session)
    {
        if (!session.IsWorthIt) return false;
        var far = tree.Head.Number + FarBehind;
        if (rules.HeadersCarryWeight && session.VerifiedNumber > far && session.VerifiedWeight > tree.Head.TotalDifficulty)
            return true;
        return session.Imported > 0 && session.TargetNumber > far && IsHeadOld(session.ProgressAt);
    }

    /// <summary>Whether the head is older than that of a network that goes on should be.</summary>
    private bool IsHeadOld(At at) =>
        (tree.Head.Header.Header.Timestamp * 1000) + (FarBehind * config.Spec.Consensus.BlockIntervalMs) < (ulong)at.UnixMs;

    private static bool IsSlow(SyncSession session, At now) =>
        now.Since(session.StartedAt) is var passed && passed > FirstTurnMs && session.Imported * SlowestMsPerBlock < passed;

    private void Start(Peer leader, BlockRef target, UInt256 weight, At now)
    {
        leader.IsUnexplored = false;
        _session = new SyncSession(leader.Id, target, weight, tree.Head.Number, now);
        var id = requests.Open(new PendingRequest.SyncTip(leader.Id, now));
        outbox.Send(leader.Id, new WireMessage.GetBlockHeaders(id, target.Hash, 0, HeaderIntake.TipHeaders, 0, Reverse: true));
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
        else if (BeginDownload(session, headers[known], now)
            && _headers.Take(session, [.. headers.Take(known).Reverse()], now) is { } end)
        {
            End(end, now);
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

    /// <summary>False when the branch leaves ours below what is final: then the session is over.</summary>
    private bool BeginDownload(SyncSession session, SealedHeader ancestor, At now)
    {
        var finalized = rules.FinalityHolds ? tree.Marks().FinalizedNumber : 0;
        if (rules.FinalityHolds && (ancestor.Number < finalized || tree.Find(ancestor.Hash) is null))
        {
            End(new SessionEnd.CutOff(new BlockError.BelowFinality(ancestor.Hash, finalized, IsLate: false)), now);
            return false;
        }

        session.BeginAt(ancestor, tree.RecordOf(ancestor.Hash)!.TotalDifficulty);
        session.IsWorthIt = !rules.HeadersCarryWeight;
        session.ProgressAt = now;
        return true;
    }

    /// <summary>Imports what is complete, asks for what is missing, and ends the session when all is there.</summary>
    private void Pump(At now)
    {
        if (_session is { LastHeader: not null, Search: null } session)
        {
            if (session.IsWorthIt) Import(session, now);
            if (_session == session)
            {
                AskHeaders(session, now);
                if (session.IsWorthIt) _bodies.Ask(session, now);
                var isDone = session.Slots.Count == 0 || !session.IsWorthIt;
                if (isDone && session.LastHeader.Number >= session.TargetNumber) End(Judge(session), now);
            }
        }

        Consider(now);
    }

    private void Import(SyncSession session, At now)
    {
        var (before, end) = (session.Imported, _blocks.Take(session, now));
        _credit.Earn(session.Imported - before);
        if (session.Imported > before && View is { } view)
            outbox.Tell(new NodeEvent.SyncProgress(view.StartingBlock, view.CurrentBlock, view.HighestBlock));
        if (end is not null) End(end, now);
    }

    private void AskHeaders(SyncSession session, At now)
    {
        while (session.NextHeaderToAsk <= session.TargetNumber
            && session.Slots.Count < config.Limits.HeadersAhead
            && requests.Count<PendingRequest.SyncHeaders>() < HeaderRequestsAhead)
        {
            var count = (int)Math.Min((ulong)config.Limits.HeadersPerRequest, session.TargetNumber - session.NextHeaderToAsk + 1);
            var id = requests.Open(new PendingRequest.SyncHeaders(session.Leader, now, session.NextHeaderToAsk, count));
            outbox.Send(session.Leader,
                new WireMessage.GetBlockHeaders(id, null, session.NextHeaderToAsk, (ulong)count, 0, Reverse: false));
            session.NextHeaderToAsk += (ulong)count;
        }
    }

    /// <summary>
    /// A peer has nothing of what was asked. The leader has promised it; the others may be on another branch, and rest.
    /// </summary>
    private void Disappoint(PeerId id, string what, At now)
    {
        if (_session?.Leader == id) Fail(new PeerOffence.EmptyPromise(what), now);
        else if (peers.Find(id) is { } peer) PeerClaims.Rest(peer, now);
    }

    /// <summary>What is to be said of a leader all of whose headers have come.</summary>
    private SessionEnd Judge(SyncSession session) =>
        tree.Contains(session.Target) ? new SessionEnd.Reached()
        : session.EndsInFuture ? new SessionEnd.NotDueYet()
        : session.EndsEarly ? new SessionEnd.Failed(new PeerOffence.EmptyPromise($"the headers up to {session.Target}"))
        : !session.IsWorthIt && session.LastHeader!.Hash == session.Target ? new SessionEnd.Lighter()
        : new SessionEnd.GivenUp();

    private void Fail(PeerOffence offence, At now) => End(new SessionEnd.Failed(offence), now);

    private void End(SessionEnd end, At now)
    {
        if (_session is not { } session) return;
        _session = null;
        requests.RemoveAll(request => request
            is PendingRequest.SyncTip or PendingRequest.SyncProbe or PendingRequest.SyncHeaders or PendingRequest.SyncBodies
                or PendingRequest.SyncSidecars);
        if (end is SessionEnd.Reached) outbox.Tell(new NodeEvent.SyncFinished(tree.Head.Number));
        if (peers.Find(session.Leader) is { } leader) claims.Settle(leader, session, end, now);
    }
}
