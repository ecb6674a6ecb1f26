using System.Runtime.InteropServices;

namespace Chain.Consensus.Stake;

/// <summary>A signing history in memory, for simulated nodes: gone with the process, so no real key may rely on it.</summary>
public sealed class SigningRecord : ISigningHistory
{
    private readonly Dictionary<ValidatorKey, Signed> _signed = [];

    public IReadOnlyList<SigningRefusal?> CheckAndInsert(IReadOnlyList<SigningRequest> requests)
    {
        SigningRules.RequireMessages(requests);
        var refusals = new SigningRefusal?[requests.Count];
        for (var i = 0; i < refusals.Length; i++)
        {
            if (requests[i] is StakeSigningRequest.VoluntaryExit) continue;
            refusals[i] = _signed.TryGetValue(requests[i].Key, out var signed)
                ? signed.CheckAndInsert(requests[i])
                : new SigningRefusal.UnknownKey();
        }

        return refusals;
    }

    public void Prune(Epoch finalized, ulong slotsPerEpoch)
    {
        foreach (var signed in _signed.Values) signed.Prune(finalized, slotsPerEpoch);
    }

    public SigningPast? Find(ValidatorKey key) => _signed.TryGetValue(key, out var signed) ? signed.Past : null;

    public void Register(IReadOnlyList<StakeSigningRequest.Registration> registrations)
    {
        ArgumentNullException.ThrowIfNull(registrations);
        foreach (var registration in registrations)
        {
            if (!_signed.TryGetValue(registration.Key, out var signed)) _signed.Add(registration.Key, signed = new Signed());
            signed.Raise(registration.Slot, registration.Votes);
        }
    }

    /// <summary>What one key signed.</summary>
    private sealed class Signed
    {
        private readonly List<KnownProposal> _proposals = [];
        private readonly List<KnownVote> _votes = [];
        private Slot? _minimumSlot;
        private VoteMinimum? _voteMinimum;

        public SigningRefusal? CheckAndInsert(SigningRequest request) => request switch
        {
            StakeSigningRequest.Proposal asked => CheckAndInsert(new KnownProposal(asked.Slot, asked.SigningRoot)),
            StakeSigningRequest.Vote asked => CheckAndInsert(new KnownVote(asked.Source, asked.Target, asked.SigningRoot)),
            _ => null,
        };

        private SigningRefusal? CheckAndInsert(KnownProposal asked)
        {
            var refusal = SigningRules.Judge(asked, CollectionsMarshal.AsSpan(_proposals), _minimumSlot);
            if (refusal is null && !_proposals.Contains(asked)) _proposals.Add(asked);
            return refusal;
        }

        private SigningRefusal? CheckAndInsert(KnownVote asked)
        {
            var refusal = SigningRules.Judge(asked, CollectionsMarshal.AsSpan(_votes), _voteMinimum);
            if (refusal is null && !_votes.Contains(asked)) _votes.Add(asked);
            return refusal;
        }

        public SigningPast Past => new(
            Last(_proposals.Select(proposal => (Slot?)proposal.Slot).Append(_minimumSlot)),
            Last(_votes.Select(vote => (Epoch?)vote.Target).Append(_voteMinimum?.Target)));

        /// <summary>Raises the minimums to these.</summary>
        public void Raise(Slot? slot, VoteMinimum? votes)
        {
            if (slot is { } asked && (_minimumSlot is not { } least || least < asked)) _minimumSlot = asked;
            if (votes is not { } raised) return;
            var minimum = _voteMinimum ?? raised;
            _voteMinimum = new VoteMinimum(Later(minimum.Source, raised.Source), Later(minimum.Target, raised.Target));
        }

        public void Prune(Epoch finalized, ulong slotsPerEpoch)
        {
            foreach (var proposal in _proposals)
            {
                if (proposal.Slot.ToEpoch(slotsPerEpoch) < finalized) Raise(proposal.Slot, null);
            }

            foreach (var vote in _votes)
            {
                if (vote.Target < finalized) Raise(null, new VoteMinimum(vote.Source, vote.Target));
            }

            _proposals.RemoveAll(proposal => proposal.Slot.ToEpoch(slotsPerEpoch) < finalized);
            _votes.RemoveAll(vote => vote.Target < finalized);
        }

        private static T? Last<T>(IEnumerable<T?> items)
            where T : struct, IComparable<T> => items.Max();

        private static Epoch Later(Epoch left, Epoch right) => left > right ? left : right;
    }
}
