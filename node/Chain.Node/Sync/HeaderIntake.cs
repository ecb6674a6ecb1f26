using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Checks a leader's headers and weighs them. Each method answers why the session is over, or null when it goes on.
/// </summary>
internal sealed class HeaderIntake(NodeLimits limits, ConsensusRules rules, IHeaderRules headerRules, BlockTree tree,
    PendingRequests requests)
{
    /// <summary>How many headers are asked for downwards from the target.</summary>
    public const int TipHeaders = 128;

    /// <summary>The headers down from the target, of which nothing is known but what they say.</summary>
    public PeerOffence? FindFaultInTip(SyncSession session, IReadOnlyList<SealedHeader> headers)
    {
        if (headers.Count == 0) return new PeerOffence.FalseClaim($"it has no block {session.Target}");
        if (headers.Count > TipHeaders || headers[0].Hash != session.Target || !SealedHeader.LinkDownwards(headers))
            return new PeerOffence.UnexpectedAnswer("headers that do not lead down from its head");
        var (claimed, number) = (session.Claim.Number, headers[0].Number);
        if (claimed != 0 && claimed != number) return PeerOffence.FalseClaim.OfNumber(session.Target, number, claimed);
        foreach (var header in headers)
        {
            if (tree.Contains(header.Hash)) return null;
            if (headerRules.CheckSeal(header) is { } badSeal)
                return new PeerOffence.InvalidBlock(new BlockError.Header(badSeal));
        }

        return headers[^1].Number == 0 ? new PeerOffence.UnexpectedAnswer("a chain from another genesis") : null;
    }

    /// <summary>Headers upwards from the last one.</summary>
    public SessionEnd? Take(SyncSession session, IReadOnlyList<SealedHeader> headers, At now)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            var (header, last) = (headers[i], session.LastHeader!);
            if (header.ParentHash != last.Hash && i > 0)
                return new SessionEnd.Failed(new PeerOffence.UnexpectedAnswer("headers that do not follow each other"));

            // The leader may have reorganised between two answers, or says now this and now that.
            if (header.ParentHash != last.Hash || session.Contradicts(header)) return new SessionEnd.GivenUp();
            if (!VerifiedHeader.Verify(headerRules, header, last, now).IsOk(out var verified, out var error))
            {
                if (error is not HeaderError.FromTheFuture)
                    return new SessionEnd.Failed(new PeerOffence.InvalidBlock(new BlockError.Header(error)));
                session.EndEarly(isFuture: true);
                return null;
            }

            session.Add(new SyncSlot(verified.Header, rules.HasSidecar), isSealed: rules.HeadersCarryWeight);
            if (!rules.HeadersCarryWeight) continue;
            if (FindFalseWeight(session) is { } lie) return new SessionEnd.Failed(lie);
            if (Weigh(session, now)) return null;
        }

        return null;
    }

    private static PeerOffence.FalseClaim? FindFalseWeight(SyncSession session)
    {
        var (last, claimed) = (session.LastHeader!, session.ClaimedWeight);
        if (last.Hash != session.Target || claimed.IsZero || claimed == session.Weight) return null;
        return PeerOffence.FalseClaim.OfWeight(last.Number, session.Weight, claimed);
    }

    /// <summary>Whether the branch is worth its bodies now. True when the rest of the answer is of no use.</summary>
    private bool Weigh(SyncSession session, At now)
    {
        if (session.IsWorthIt) return false;
        session.ProgressAt = now;
        session.IsWorthIt = session.Weight > tree.Head.TotalDifficulty;
        if (!session.IsWorthIt)
        {
            // A long branch is first weighed and then fetched, so that a light one never fills memory or the store.
            if (session.Slots.Count >= limits.HeadersAhead) session.DropSlots();
            return false;
        }

        if (!session.HasDropped) return false;
        session.MustPass = session.LastHeader;
        session.Rewind();
        requests.RemoveAll(request => request is PendingRequest.SyncHeaders);
        return true;
    }
}
