using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// What peers say that they have. A claim decides whom to ask and nothing else: it becomes a fact when blocks or headers show it, and costs
/// its peer where they contradict it.
/// </summary>
internal sealed class PeerClaims(ConsensusRules rules, BlockTree tree, PeerSet peers, NodeLimits limits)
{
    private const long FirstRestMs = 1000;
    private const int LongestRestDoublings = 6;
    private const int FailuresForgiven = 2;

    // Blocks this near the head are fetched one by one as they are announced.
    private const ulong NearHead = 16;

    private bool _isDoubtful;

    /// <summary>A peer says that it has a block.</summary>
    /// <param name="head">With the number 0 where it was not told.</param>
    /// <param name="weight">The total difficulty told; zero for none.</param>
    public void Hear(Peer peer, BlockRef head, UInt256 weight)
    {
        if (!rules.HeadersCarryWeight) weight = UInt256.Zero;
        if (tree.RecordOf(head.Hash) is { } known)
        {
            Check(peer, head, weight);
            peer.Raise(new BlockRef(known.Number, known.Hash), rules.HeadersCarryWeight ? known.TotalDifficulty : UInt256.Zero);
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

    /// <summary>Compares a claim with the block, if that is here. Number and total difficulty follow from the hash, so that a difference is a lie.</summary>
    public void Check(Peer peer, BlockRef head, UInt256 weight)
    {
        if (tree.RecordOf(head.Hash) is not { } known) return;
        var what = head.Number != 0 && head.Number != known.Number ? $"block {head.Hash} has number {known.Number}, not {head.Number}"
            : rules.HeadersCarryWeight && !weight.IsZero && weight != known.TotalDifficulty ? $"the total difficulty of block {known.Number} is {known.TotalDifficulty}, not {weight}"
            : null;
        if (what is null) return;
        peers.Punish(peer.Id, new PeerOffence.FalseClaim(what));
        if (peer.Head?.Hash == head.Hash) peer.Correct(new BlockRef(known.Number, known.Hash), rules.HeadersCarryWeight ? known.TotalDifficulty : UInt256.Zero);
    }

    /// <summary>
    /// Who should lead the next session; null for nobody. The best claim has the first turn. Once a session has failed, claims say little: then
    /// it is the turn of whoever has been connected longest, so that ever new peers with ever greater claims do not keep the others waiting.
    /// </summary>
    public Peer? ChooseLeader(At now)
    {
        Peer? best = null;
        foreach (var peer in peers.Ready)
        {
            if (IsCandidate(peer, now) && (best is null || IsBetter(peer, best))) best = peer;
        }

        return best;
    }

    /// <summary>Whether somebody else who has failed no more often waits for a turn.</summary>
    public bool AnotherWaits(Peer leader, At now) =>
        peers.Ready.Any(peer => peer != leader && peer.FailedSessions <= leader.FailedSessions && IsCandidate(peer, now));

    /// <summary>Not for longer than the longest rest, if the clock was set back since.</summary>
    public bool IsResting(Peer peer, At now) => peer.RestsUntil > now && peer.RestsUntil.Since(now) <= FirstRestMs << LongestRestDoublings;

    /// <summary>A peer did not deliver: others are asked first for a moment.</summary>
    public void Rest(Peer peer, At now) => RestFor(peer, FirstRestMs, now);

    /// <summary>A session led to what its leader claimed.</summary>
    public void Succeeded(Peer leader)
    {
        leader.FailedSessions = 0;
        _isDoubtful = false;
    }

    /// <summary>A session ended before that, for whatever reason. Each in a row doubles the time until the leader's next turn.</summary>
    /// <returns>Whether it has happened too often to be chance.</returns>
    public bool Failed(Peer leader, At now)
    {
        _isDoubtful = true;
        var doublings = Math.Min(leader.FailedSessions++, LongestRestDoublings);
        RestFor(leader, FirstRestMs << doublings, now);
        return leader.FailedSessions > FailuresForgiven;
    }

    /// <summary>A claim that its peer could not show: from now on it is not asked for that block.</summary>
    public static void Refute(Peer peer, Hash256 claim)
    {
        peer.Unshown.Add(claim);
        if (peer.Head?.Hash == claim) peer.Correct(null, UInt256.Zero);
    }

    private bool IsCandidate(Peer peer, At now) => peer.Score < limits.MaxScore && !IsResting(peer, now) && IsAhead(peer);

    private bool IsAhead(Peer peer)
    {
        if (peer.Head is not { } head || peer.CutOff.Contains(head.Hash) || peer.Unshown.Contains(head.Hash)) return false;
        var isBetter = !peer.HeadWeight.IsZero ? peer.HeadWeight > tree.Head.TotalDifficulty
            : peer.IsUnexplored || head.Number > tree.Head.Number + (peer.TotalDifficulty.IsZero ? 0 : NearHead);
        return isBetter && !tree.Contains(head.Hash);
    }

    private bool IsBetter(Peer candidate, Peer than) =>
        candidate.FailedSessions != than.FailedSessions ? candidate.FailedSessions < than.FailedSessions
        : !_isDoubtful && (candidate.TotalDifficulty != than.TotalDifficulty ? candidate.TotalDifficulty > than.TotalDifficulty : candidate.Head!.Number > than.Head!.Number);

    private void RestFor(Peer peer, long ms, At now)
    {
        if (!IsResting(peer, now) || peer.RestsUntil < now.Plus(ms)) peer.RestsUntil = now.Plus(ms);
    }
}
