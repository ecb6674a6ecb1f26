namespace Chain.Consensus.Stake;

/// <summary>
/// Which vote of each validator was heard first for each target epoch. Bounded: the current epoch, the previous, and one ahead.
/// </summary>
internal sealed class VoteBook
{
    private readonly SortedDictionary<Epoch, Dictionary<int, AttestationData>> _first = [];

    /// <summary>What the validator was heard to vote for in this target epoch; null for nothing yet.</summary>
    public AttestationData? Find(Epoch target, int validator) => _first.GetValueOrDefault(target)?.GetValueOrDefault(validator);

    /// <summary>Remembers the first vote.</summary>
    public void Add(Epoch target, int validator, AttestationData data)
    {
        if (!_first.TryGetValue(target, out var votes)) _first.Add(target, votes = []);
        votes.TryAdd(validator, data);
    }

    /// <summary>Forgets epochs before the previous one.</summary>
    public void Prune(Epoch current)
    {
        foreach (var old in _first.Keys.Where(epoch => epoch + 1 < current).ToList()) _first.Remove(old);
    }
}
