using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// What peers say that they have. A claim decides whom to ask and nothing else: it becomes a fact when blocks or headers show it,
/// and costs its peer where they contradict it.
/// </summary>
internal sealed class PeerClaims(
    ConsensusRules rules, BlockTree tree, BlockImporter importer, PeerSet peers, NodeLimits limits)
{
    private const long FirstRestMs = 1000;
    private const int LongestRestDoublings = 6;
    private const int FailuresForgiven = 2;

    // Blocks this near the head are fetched one by one as they are announced.
    private const ulong NearHead = 16;

    private bool _isDoubtful;
    private bool _isForLongestWait;

    /// <summary>A peer says that it has a block.</summary>
    /// <param name="head">With the number 0 where it was not told.</param>
    /// <param name="weight">The total difficulty told; zero for none.</param>
    public void Hear(Peer peer, BlockRef head, UInt256 weight) => Hear(peer, head, weight, tree.RecordOf(head.Hash));

    /// <summary>As above, where it is known already whether the block is here: looking may read the store.</summary>
    public void Hear(Peer peer, BlockRef head, UInt256 weight, BlockRecord? known)
    {
        if (!rules.HeadersCarryWeight) weight = UInt256.Zero;
        if (known is not null)
        {
            Check(peer, head, weight, known);
            peer.Raise(new BlockRef(known.Number, known.Hash), WeightOf(known));
        }
        else if (peer.Unshown.Contains(head.Hash))
        {
            peers.Punish(peer.Id, new PeerOffence.EmptyPromise($"block {head.Hash}, once more"));
        }
        else
        {
            peer.Raise(head, weight);
        }
    }

    /// <summary>
    /// Compares a claim with the block that it is about. Number and total difficulty follow from the hash, so that a difference
    /// is a lie.
    /// </summary>
    public void Check(Peer peer, BlockRef head, UInt256 weight, BlockRecord known)
    {
        var (isNumberWrong, isWeightWrong) =
            (head.Number != 0 && head.Number != known.Number, !weight.IsZero && weight != WeightOf(known));
        var what = isNumberWrong ? PeerOffence.FalseClaim.OfNumber(head.Hash, known.Number, head.Number)
            : isWeightWrong && rules.HeadersCarryWeight
            ? PeerOffence.FalseClaim.OfWeight(known.Number, known.TotalDifficulty, weight)
            : null;
        if (what is null) return;
        peers.Punish(peer.Id, what);
        if (peer.Head?.Hash == head.Hash) peer.Correct(new BlockRef(known.Number, known.Hash), WeightOf(known));
    }

    /// <summary>
    /// Who should lead the next session; null for nobody. The best claim has the first turn. Once a session has failed, claims
    /// say little: then every other turn is for whoever failed least, and of these for whoever has been connected longest; the
    /// turns between are for whoever has waited longest. So neither ever new peers with ever greater claims nor many old ones
    /// keep anybody waiting.
    /// </summary>
    public Peer? ChooseLeader(At now)
    {
        Peer? best = null;
        foreach (var peer in peers.Ready)
        {
            if (IsCandidate(peer, now) && (best is null || IsBetter(peer, best))) best = peer;
        }

        if (best is not null) _isForLongestWait = _isDoubtful && !_isForLongestWait;
        return best;
    }

    /// <summary>Whether nothing is known that speaks against asking a peer for this block of its.</summary>
    public static bool IsWorthAsking(Peer peer, Hash256 block) =>
        !peer.CutOff.Contains(block) && !peer.Unshown.Contains(block) && !peer.Lighter.Contains(block);

    /// <summary>Whether somebody else who has failed no more often waits for a turn.</summary>
    public bool AnotherWaits(Peer leader, At now) =>
        peers.Ready.Any(peer => peer != leader && peer.FailedSessions <= leader.FailedSessions && IsCandidate(peer, now));

    /// <summary>Not for longer than the longest rest, if the clock was set back since.</summary>
    public static bool IsResting(Peer peer, At now) =>
        peer.RestsUntil > now && peer.RestsUntil.Since(now) <= FirstRestMs << LongestRestDoublings;

    /// <summary>A peer did not deliver: others are asked first for a moment.</summary>
    public static void Rest(Peer peer, At now) => RestFor(peer, FirstRestMs, now);

    /// <summary>
    /// What the end of a session means for its leader: what it pays, when it has another turn, and what is believed of it.
    /// </summary>
    public void Settle(Peer leader, SyncSession session, SessionEnd end, At now)
    {
        switch (end)
        {
            case SessionEnd.Reached:
                leader.FailedSessions = 0;
                _isDoubtful = false;
                break;
            case SessionEnd.Lighter:
                Rest(leader, now);
                leader.Lighter.Add(session.Target);
                if (leader.Head?.Hash != session.Target) break;
                if (!leader.HeadWeight.IsZero && leader.HeadWeight != session.Weight)
                    peers.Punish(leader.Id,
                        PeerOffence.FalseClaim.OfWeight(session.TargetNumber, session.Weight, leader.HeadWeight));
                leader.Correct(new BlockRef(session.TargetNumber, session.Target), session.Weight);
                break;
            case SessionEnd.NotDueYet:
                Rest(leader, now);
                break;
            case SessionEnd.CutOff { Error: var error }:
                leader.CutOff.Add(session.Target);
                Forget(leader, session.Target);
                if (error is not null) peers.Punish(leader.Id, new PeerOffence.InvalidBlock(error));
                CountFailure(leader, now);
                break;
            case SessionEnd.GivenUp when leader.FailedSessions >= FailuresForgiven:
                Refute(leader, session.Target, new PeerOffence.EmptyPromise($"the chain of {session.Target}"), now);
                break;
            case SessionEnd.Failed { Offence: var offence }:
                Refute(leader, session.Target, offence, now);
                break;
            default:
                CountFailure(leader, now);
                break;
        }
    }

    private void Refute(Peer leader, Hash256 claim, PeerOffence offence, At now)
    {
        peers.Punish(leader.Id, offence);
        leader.Unshown.Add(claim);
        Forget(leader, claim);
        CountFailure(leader, now);
    }

    // Whatever it claims next is better than this.
    private static void Forget(Peer leader, Hash256 claim)
    {
        if (leader.Head?.Hash == claim) leader.Correct(null, UInt256.Zero);
    }

    /// <summary>Each failure in a row doubles the time until the leader's next turn.</summary>
    private void CountFailure(Peer leader, At now)
    {
        _isDoubtful = true;
        RestFor(leader, FirstRestMs << Math.Min(leader.FailedSessions++, LongestRestDoublings), now);
    }

    private bool IsCandidate(Peer peer, At now) => peer.Score < limits.MaxScore && !IsResting(peer, now) && IsAhead(peer);

    private bool IsAhead(Peer peer)
    {
        if (peer.Head is not { } head || !IsWorthAsking(peer, head.Hash)) return false;
        var isBetter = !peer.HeadWeight.IsZero ? peer.HeadWeight > tree.Head.TotalDifficulty
            : peer.IsUnexplored || head.Number > tree.Head.Number + (peer.TotalDifficulty.IsZero ? 0 : NearHead);

        // A block that waits for its time needs nothing of anybody.
        return isBetter && !tree.Contains(head.Hash) && !importer.Future.Contains(head.Hash);
    }

    private bool IsBetter(Peer candidate, Peer than) =>
        _isForLongestWait ? candidate.RestsUntil < than.RestsUntil
        : candidate.FailedSessions != than.FailedSessions ? candidate.FailedSessions < than.FailedSessions
        : !_isDoubtful && HasBetterClaim(candidate, than);

    private static bool HasBetterClaim(Peer candidate, Peer than) =>
        candidate.TotalDifficulty != than.TotalDifficulty
        ? candidate.TotalDifficulty > than.TotalDifficulty
        : candidate.Head!.Number > than.Head!.Number;

    private UInt256 WeightOf(BlockRecord known) => rules.HeadersCarryWeight ? known.TotalDifficulty : UInt256.Zero;

    private static void RestFor(Peer peer, long ms, At now)
    {
        if (!IsResting(peer, now) || peer.RestsUntil < now.Plus(ms)) peer.RestsUntil = now.Plus(ms);
    }
}
