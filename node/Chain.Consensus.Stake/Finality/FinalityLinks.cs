namespace Chain.Consensus.Stake;

/// <summary>Links that votes were heard for, by the epoch of their targets.</summary>
internal sealed class FinalityLinks
{
    private readonly SortedDictionary<Epoch, EpochLinks> _epochs = [];

    /// <summary>All links, by ascending epoch.</summary>
    public IEnumerable<FinalityLink> All => _epochs.Values.SelectMany(links => links.All);

    /// <summary>The links with targets in an epoch.</summary>
    public IReadOnlyList<FinalityLink> In(Epoch epoch) => _epochs.GetValueOrDefault(epoch)?.All ?? [];

    /// <summary>Keeps what is new of these votes, by validators below the count; answers their link when something was.</summary>
    public FinalityLink? Add(IndexedAttestation vote, int validatorCount)
    {
        if (!_epochs.TryGetValue(vote.Data.Target.Epoch, out var links))
            _epochs.Add(vote.Data.Target.Epoch, links = new EpochLinks(this));
        return links.Add(vote, validatorCount);
    }

    /// <summary>Gives back, and holds no longer, the links that fit; they leave room for other votes.</summary>
    public IReadOnlyList<FinalityLink> Take(Predicate<FinalityLink> fits) =>
        [.. _epochs.Values.SelectMany(links => links.Take(fits))];

    /// <summary>Forgets the epochs that are not kept.</summary>
    public void Keep(Func<Epoch, bool> isKept)
    {
        foreach (var old in _epochs.Keys.Where(epoch => !isKept(epoch)).ToList()) _epochs.Remove(old);
    }
}
