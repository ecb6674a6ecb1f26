namespace Chain.Consensus.Stake;

/// <summary>What a vote waits for.</summary>
internal enum VoteWait
{
    /// <summary>It came early: for its slot to begin.</summary>
    SlotBegins,

    /// <summary>For the block that it is for, or its target's.</summary>
    BlockComes,

    /// <summary>It is good and its validator's first of the epoch: the fork choice counts it once its slot has passed.</summary>
    SlotPasses,
}

/// <summary>
/// Verified votes that wait, in the order in which they came. Bounded: of each validator no vote is held twice and at most four
/// at once, so that nobody can push out what others have sent. Those that are good already have their place beside them, one an
/// epoch: what a validator has sent for blocks that nobody has does not keep its good vote from being counted.
/// </summary>
internal sealed class WaitingVotes
{
    private const int MaxOfValidator = 4;

    private readonly List<(VoteWait Wait, ConsensusPeer? From, IndexedAttestation Votes)> _items = [];

    // Asked only, never walked.
    private readonly Dictionary<int, List<AttestationData>> _byValidator = [];

    /// <summary>Whether a vote is held that is not good yet.</summary>
    public bool Contains(int validator, AttestationData data) =>
        _byValidator.TryGetValue(validator, out var held) && held.Contains(data);

    /// <summary>Holds what is new of these votes; what exceeds a validator's share is left out.</summary>
    public void Add(VoteWait wait, ConsensusPeer? from, IndexedAttestation votes)
    {
        if (wait == VoteWait.SlotPasses)
        {
            _items.Add((wait, from, votes));
            return;
        }

        var kept = votes.Where(validator =>
            !_byValidator.TryGetValue(validator, out var held) || (held.Count < MaxOfValidator && !held.Contains(votes.Data)));
        if (kept is null) return;
        foreach (var validator in kept.AttestingIndices)
        {
            if (!_byValidator.TryGetValue(validator, out var held)) _byValidator.Add(validator, held = []);
            held.Add(kept.Data);
        }

        _items.Add((wait, from, kept));
    }

    /// <summary>Gives back, and holds no longer, those that waited for this and whose time has come.</summary>
    public IReadOnlyList<(ConsensusPeer? From, IndexedAttestation Votes)> Take(VoteWait wait, Func<AttestationData, bool> isDue)
    {
        bool IsTaken((VoteWait Wait, ConsensusPeer? From, IndexedAttestation Votes) item) =>
            item.Wait == wait && isDue(item.Votes.Data);
        var taken = _items.Where(IsTaken).Select(item => (item.From, item.Votes)).ToList();
        if (taken.Count == 0) return taken;
        _items.RemoveAll(IsTaken);
        if (wait == VoteWait.SlotPasses) return taken;
        foreach (var (_, votes) in taken)
        {
            foreach (var validator in votes.AttestingIndices)
            {
                _byValidator[validator].Remove(votes.Data);
                if (_byValidator[validator].Count == 0) _byValidator.Remove(validator);
            }
        }

        return taken;
    }
}
