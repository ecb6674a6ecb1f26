using System.Runtime.InteropServices;

namespace Chain.Consensus;

/// <summary>A signing history in memory, for simulated nodes: gone with the process, so no real key may rely on it.</summary>
public sealed class SigningRecord : ISigningHistory
{
    private readonly Dictionary<ValidatorKey, Signed> _signed = [];

    public IReadOnlyList<SigningRefusal?> CheckAndInsert(IReadOnlyList<SigningRequest> requests)
    {
        SigningRules.RequireNoOffence(requests);
        var refusals = new SigningRefusal?[requests.Count];
        for (var i = 0; i < refusals.Length; i++)
        {
            refusals[i] = requests[i] switch
            {
                SigningRequest.Proposal asked => Of(asked.Key).CheckAndInsert(new KnownProposal(asked.Slot, asked.SigningRoot)),
                SigningRequest.Vote asked => Of(asked.Key).CheckAndInsert(new KnownVote(asked.Source, asked.Target, asked.SigningRoot)),
                _ => null,
            };
        }

        return refusals;
    }

    public void Prune(Epoch finalized, ulong slotsPerEpoch)
    {
        foreach (var signed in _signed.Values) signed.Prune(finalized, slotsPerEpoch);
    }

    private Signed Of(ValidatorKey key)
    {
        if (!_signed.TryGetValue(key, out var signed)) _signed.Add(key, signed = new Signed());
        return signed;
    }

    /// <summary>What one key signed.</summary>
    private sealed class Signed
    {
        private readonly List<KnownProposal> _proposals = [];
        private readonly List<KnownVote> _votes = [];
        private Slot? _minimumSlot;
        private VoteMinimum? _voteMinimum;

        public SigningRefusal? CheckAndInsert(KnownProposal asked)
        {
            var refusal = SigningRules.Judge(asked, CollectionsMarshal.AsSpan(_proposals), _minimumSlot);
            if (refusal is null && !_proposals.Contains(asked)) _proposals.Add(asked);
            return refusal;
        }

        public SigningRefusal? CheckAndInsert(KnownVote asked)
        {
            var refusal = SigningRules.Judge(asked, CollectionsMarshal.AsSpan(_votes), _voteMinimum);
            if (refusal is null && !_votes.Contains(asked)) _votes.Add(asked);
            return refusal;
        }

        public void Prune(Epoch finalized, ulong slotsPerEpoch)
        {
            foreach (var proposal in _proposals)
            {
                if (proposal.Slot.ToEpoch(slotsPerEpoch) >= finalized) continue;
                if (_minimumSlot is not { } minimum || minimum < proposal.Slot) _minimumSlot = proposal.Slot;
            }

            foreach (var vote in _votes)
            {
                if (vote.Target >= finalized) continue;
                var minimum = _voteMinimum ?? new VoteMinimum(vote.Source, vote.Target);
                _voteMinimum = new VoteMinimum(Later(minimum.Source, vote.Source), Later(minimum.Target, vote.Target));
            }

            _proposals.RemoveAll(proposal => proposal.Slot.ToEpoch(slotsPerEpoch) < finalized);
            _votes.RemoveAll(vote => vote.Target < finalized);
        }

        private static Epoch Later(Epoch left, Epoch right) => left > right ? left : right;
    }
}
