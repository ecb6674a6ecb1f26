using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>A block that a key signed.</summary>
/// <param name="SigningRoot">Null for one that was imported without: it differs from every root.</param>
public readonly record struct KnownProposal(Slot Slot, Hash256? SigningRoot);

/// <summary>A vote that a key signed.</summary>
/// <param name="SigningRoot">Null for one that was imported without: it differs from every root.</param>
public readonly record struct KnownVote(Epoch Source, Epoch Target, Hash256? SigningRoot)
{
    internal bool Surrounds(KnownVote other) => Source < other.Source && other.Target < Target;
}

/// <summary>Below what a key's votes are not known one by one: sources must not be below, targets must be above.</summary>
public readonly record struct VoteMinimum(Epoch Source, Epoch Target);

/// <summary>
/// When a key may sign, given what it signed (EIP-3076, "Conditions", for a database that keeps all signed blocks and
/// attestations). Every history decides by these two functions; how it finds what they look at is its own affair.
/// </summary>
public static class SigningRules
{
    /// <summary>
    /// Whether a block may be signed; null for yes. The very same block again may, as far as nothing else conflicts.
    /// </summary>
    /// <param name="known">All proposals known for the same slot; others do no harm.</param>
    /// <param name="minimum">The slot up to which proposals are not known one by one; null when all are known.</param>
    public static SigningRefusal? Judge(KnownProposal asked, ReadOnlySpan<KnownProposal> known, Slot? minimum)
    {
        var again = false;
        foreach (var proposal in known)
        {
            if (proposal.Slot != asked.Slot) continue;
            if (!AreSame(proposal.SigningRoot, asked.SigningRoot))
                return new SigningRefusal.DoubleProposal(asked.Slot, asked.SigningRoot, proposal.SigningRoot);
            again = true;
        }

        return !again && asked.Slot <= minimum ? new SigningRefusal.SlotNotAboveMinimum(asked.Slot, minimum.Value) : null;
    }

    /// <summary>
    /// Whether a vote may be signed; null for yes. The very same vote again may, as far as nothing else conflicts.
    /// </summary>
    /// <param name="known">At least all votes known with the same or a later target, and all with a later source.</param>
    /// <param name="minimum">Below what votes are not known one by one; null when all are known.</param>
    public static SigningRefusal? Judge(KnownVote asked, ReadOnlySpan<KnownVote> known, VoteMinimum? minimum)
    {
        if (asked.Source > asked.Target) return new SigningRefusal.SourceAfterTarget(asked.Source, asked.Target);
        var again = false;
        foreach (var vote in known)
        {
            if (vote.Target == asked.Target)
            {
                if (vote.Source != asked.Source || !AreSame(vote.SigningRoot, asked.SigningRoot))
                    return new SigningRefusal.DoubleVote(asked, vote);
                again = true;
            }
            else if (asked.Surrounds(vote))
            {
                return new SigningRefusal.Surrounding(asked, vote);
            }
            else if (vote.Surrounds(asked))
            {
                return new SigningRefusal.Surrounded(asked, vote);
            }
        }

        if (minimum is not { } least) return null;
        // For the same vote again too: it may surround one that is forgotten.
        if (asked.Source < least.Source) return new SigningRefusal.SourceBelowMinimum(asked.Source, least.Source);
        return !again && asked.Target <= least.Target
            ? new SigningRefusal.TargetNotAboveMinimum(asked.Target, least.Target)
            : null;
    }

    /// <summary>
    /// No history gives leave for what breaks the rules on purpose: it is signed past it or not at all. A
    /// registration is not a message.
    /// </summary>
    /// <exception cref="ArgumentException">There is an offence or a registration among the requests.</exception>
    public static void RequireMessages(IReadOnlyList<SigningRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var other = requests.FirstOrDefault(request =>
            request is StakeSigningRequest.Offence or StakeSigningRequest.Registration);
        if (other is not null) throw new ArgumentException($"A signing history gives no leave for {other}.", nameof(requests));
    }

    private static bool AreSame(Hash256? known, Hash256? asked) => known is { } root && root == asked;
}
