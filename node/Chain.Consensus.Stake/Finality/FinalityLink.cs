using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Votes from one checkpoint to another, one of each validator.</summary>
internal sealed class FinalityLink(FinalityLinks book, Checkpoint source, Checkpoint target)
{
    private readonly SortedDictionary<int, (AttestationData Data, Signature Signature)> _votes = [];

    /// <summary>The links among which it was voted for.</summary>
    public FinalityLinks Book { get; } = book;

    public Checkpoint Source { get; } = source;

    public Checkpoint Target { get; } = target;

    /// <summary>Ascending.</summary>
    public IReadOnlyCollection<int> Voters => _votes.Keys;

    /// <summary>
    /// Of how many voters, and from which checkpoint on, it was last asked whether their history has leaked the others away.
    /// </summary>
    public (int Voters, Checkpoint Since) Forecast { get; set; }

    public bool Contains(int validator) => _votes.ContainsKey(validator);

    public void Add(int validator, AttestationData data, Signature signature) => _votes.Add(validator, (data, signature));

    /// <summary>The votes as others can check them: grouped by data, in the order of each group's first voter.</summary>
    public IReadOnlyList<IndexedAttestation> ToAttestations() =>
    [
        .. _votes.GroupBy(vote => vote.Value.Data).Select(group =>
            new IndexedAttestation([.. group.Select(vote => vote.Key)], group.Key,
                [.. group.Select(vote => vote.Value.Signature)])),
    ];
}

/// <summary>The links that were voted for with targets in one epoch, in the order in which they were heard of.</summary>
internal sealed class EpochLinks(FinalityLinks book)
{
    private const byte VotesKept = 4;

    private readonly List<FinalityLink> _links = [];

    // Looked up only, never walked.
    private readonly Dictionary<(Checkpoint Source, Checkpoint Target), FinalityLink> _byEnds = [];
    private readonly Dictionary<AttestationData, AttestationData> _shared = [];
    private byte[] _votesOf = [];

    public IReadOnlyList<FinalityLink> All => _links;

    /// <summary>Keeps what is new of these votes, by validators below the count; answers their link when something was.</summary>
    public FinalityLink? Add(IndexedAttestation vote, int validatorCount)
    {
        if (_votesOf.Length < validatorCount) Array.Resize(ref _votesOf, validatorCount);
        _byEnds.TryGetValue((vote.Data.Source, vote.Data.Target), out var link);
        var isNew = false;
        for (var i = 0; i < vote.AttestingIndices.Count; i++)
        {
            var validator = vote.AttestingIndices[i];
            if (validator >= validatorCount || _votesOf[validator] >= VotesKept || (link?.Contains(validator) ?? false)) continue;
            link ??= Open(vote.Data);
            link.Add(validator, Share(vote.Data), vote.Signatures[i]);
            _votesOf[validator]++;
            isNew = true;
        }

        return isNew ? link : null;
    }

    /// <summary>Gives back, and holds no longer, the links that fit; they leave room for other votes.</summary>
    public IReadOnlyList<FinalityLink> Take(Predicate<FinalityLink> fits)
    {
        var taken = _links.FindAll(fits);
        foreach (var link in taken)
        {
            _links.Remove(link);
            _byEnds.Remove((link.Source, link.Target));
            foreach (var validator in link.Voters) _votesOf[validator]--;
        }

        return taken;
    }

    private FinalityLink Open(AttestationData data)
    {
        var link = new FinalityLink(book, data.Source, data.Target);
        _links.Add(link);
        _byEnds.Add((data.Source, data.Target), link);
        return link;
    }

    private AttestationData Share(AttestationData data)
    {
        if (!_shared.TryGetValue(data, out var shared)) _shared.Add(data, shared = data);
        return shared;
    }
}
