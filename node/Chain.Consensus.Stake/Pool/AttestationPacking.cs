using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>One block's choice among votes: what each is worth on the block's state, and which fit.</summary>
internal sealed class AttestationPacking(StakeState state)
{
    private readonly List<Candidate> _candidates = [];
    private readonly List<Group> _groups = [];
    private readonly Gwei _rewardPerIncrement = state.GetBaseRewardPerIncrement();

    /// <summary>Takes the votes of one slot into consideration; the slot must be one that the block may include.</summary>
    public void Offer(Slot slot, EpochVotes votes)
    {
        var epoch = slot.ToEpoch(state.Settings.SlotsPerEpoch);
        var shuffling = state.GetShuffling(epoch);
        var participation = epoch == state.CurrentEpoch ? state.CurrentParticipation : state.PreviousParticipation;
        for (ulong index = 0; index < shuffling.CommitteesPerSlot; index++)
        {
            var committee = shuffling.Committee(slot, index);
            var first = _groups.Count;
            for (var position = 0; position < committee.Length; position++)
            {
                var validator = committee[position];

                // A vote of another committee was cast where the shuffling is another one.
                if (votes.DataOf(validator) is not { } data || data.Slot != slot || data.Index != index) continue;
                var group = GroupOf(data, first, committee.Length);
                var fresh = group.Flags & ~participation[validator];
                if (fresh == ParticipationFlags.None) continue;
                var worth = state.GetBaseReward(validator, _rewardPerIncrement).Amount * RewardsAndPenalties.WeightOf(fresh);
                _candidates.Add(new Candidate(group, position, votes.SignatureOf(validator), worth));
            }
        }
    }

    /// <summary>The dearest votes as attestations, in the order in which they were offered.</summary>
    public IReadOnlyList<Attestation> Choose()
    {
        var limit = state.CountActive(state.CurrentEpoch);
        var dearest = Enumerable.Range(0, _candidates.Count)
            .OrderByDescending(i => _candidates[i].Worth)
            .ThenBy(i => i)
            .Take(limit)
            .Order();
        foreach (var i in dearest)
        {
            var (group, position, signature, _) = _candidates[i];
            group.Bits[position] = true;
            group.Signatures.Add(signature);
        }

        return [.. _groups.Where(group => group.Signatures.Count > 0).Select(group =>
            new Attestation(group.Data, new Bitlist(group.Bits), group.Signatures))];
    }

    /// <summary>The votes of one committee over the same data; equal data are one object, and a committee has few.</summary>
    private Group GroupOf(AttestationData data, int first, int committeeSize)
    {
        for (var i = first; i < _groups.Count; i++)
        {
            if (ReferenceEquals(_groups[i].Data, data)) return _groups[i];
        }

        var isValid = AttestationProcessing.CheckData(state, data) is null
            && AttestationProcessing.CheckSource(state, data) is null;
        var flags = isValid ? AttestationProcessing.GetParticipationFlags(state, data) : ParticipationFlags.None;
        var group = new Group(data, flags, new bool[committeeSize], []);
        _groups.Add(group);
        return group;
    }

    /// <param name="Flags">What each of its votes is granted on this state; none where it is not valid on it.</param>
    private sealed record Group(AttestationData Data, ParticipationFlags Flags, bool[] Bits, List<Signature> Signatures);

    /// <param name="Worth">The numerator of the proposer's reward.</param>
    private readonly record struct Candidate(Group Group, int Position, Signature Signature, ulong Worth);
}
