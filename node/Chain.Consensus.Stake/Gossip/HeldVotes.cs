namespace Chain.Consensus.Stake;

/// <summary>
/// Verified votes that wait for their slot or for a block, in the order in which they came. Bounded: of each validator no vote is
/// held twice and at most four at once, so that nobody can push out what others have sent.
/// </summary>
internal sealed class HeldVotes
{
    private const int MaxOfValidator = 4;

    private readonly List<(ConsensusPeer? From, IndexedAttestation Votes)> _items = [];

    // Asked only, never walked.
    private readonly Dictionary<int, List<AttestationData>> _byValidator = [];

    public bool Contains(int validator, AttestationData data) =>
        _byValidator.TryGetValue(validator, out var held) && held.Contains(data);

    /// <summary>Holds what is new of these votes; what exceeds a validator's share is left out.</summary>
    public void Add(ConsensusPeer? from, IndexedAttestation votes)
    {
        var kept = votes.Where(validator =>
            !_byValidator.TryGetValue(validator, out var held) || (held.Count < MaxOfValidator && !held.Contains(votes.Data)));
        if (kept is null) return;
        foreach (var validator in kept.AttestingIndices)
        {
            if (!_byValidator.TryGetValue(validator, out var held)) _byValidator.Add(validator, held = []);
            held.Add(kept.Data);
        }

        _items.Add((from, kept));
    }

    /// <summary>Gives back, and holds no longer, those that fit.</summary>
    public IReadOnlyList<(ConsensusPeer? From, IndexedAttestation Votes)> Take(Func<AttestationData, bool> fits)
    {
        var taken = _items.Where(item => fits(item.Votes.Data)).ToList();
        if (taken.Count == 0) return taken;
        _items.RemoveAll(item => fits(item.Votes.Data));
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
