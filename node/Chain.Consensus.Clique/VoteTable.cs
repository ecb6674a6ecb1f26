using System.Collections.Immutable;
using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>
/// The open votes, by candidate and then by signer. Immutable, with what has not changed shared: a signer that votes about
/// another account in every block fills an epoch with votes.
/// </summary>
internal sealed class VoteTable
{
    public static readonly VoteTable Empty =
        new(ImmutableSortedDictionary<Address, ImmutableSortedDictionary<Address, CliqueVote>>.Empty);

    private readonly ImmutableSortedDictionary<Address, ImmutableSortedDictionary<Address, CliqueVote>> _byCandidate;

    private VoteTable(ImmutableSortedDictionary<Address, ImmutableSortedDictionary<Address, CliqueVote>> byCandidate) =>
        _byCandidate = byCandidate;

    /// <summary>By candidate, then by signer.</summary>
    public IEnumerable<CliqueVote> All => _byCandidate.Values.SelectMany(votes => votes.Values);

    /// <summary>How many votes there are about this account: all for the same change, since others do not count.</summary>
    public int CountAbout(Address candidate) => _byCandidate.TryGetValue(candidate, out var votes) ? votes.Count : 0;

    public VoteTable With(CliqueVote vote)
    {
        var votes = _byCandidate.GetValueOrDefault(vote.Candidate, ImmutableSortedDictionary<Address, CliqueVote>.Empty);
        return new VoteTable(_byCandidate.SetItem(vote.Candidate, votes.SetItem(vote.Signer, vote)));
    }

    /// <summary>Without this signer's vote about this account.</summary>
    public VoteTable Without(Address candidate, Address signer)
    {
        if (!_byCandidate.TryGetValue(candidate, out var votes) || !votes.ContainsKey(signer)) return this;
        votes = votes.Remove(signer);
        return new VoteTable(votes.IsEmpty ? _byCandidate.Remove(candidate) : _byCandidate.SetItem(candidate, votes));
    }

    /// <summary>Without any vote about this account.</summary>
    public VoteTable WithoutAbout(Address candidate) => new(_byCandidate.Remove(candidate));

    /// <summary>Without any vote of this signer.</summary>
    public VoteTable WithoutOf(Address signer) =>
        _byCandidate.Keys.Aggregate(this, (table, candidate) => table.Without(candidate, signer));
}
