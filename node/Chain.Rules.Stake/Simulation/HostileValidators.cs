using Chain.Consensus.Stake;
using Chain.Simulation;

namespace Chain.Rules.Stake;

/// <summary>Who breaks the rules in a history, and how.</summary>
/// <param name="Misbehaviours">By validator.</param>
/// <param name="Twins">Whose keys run on both sides of a partition, each side with a signing record of its own.</param>
public sealed record HostileValidators(IReadOnlyDictionary<int, Misbehaviour> Misbehaviours, IReadOnlyList<int> Twins)
{
    private static readonly Misbehaviour[] Kinds = [Misbehaviour.Equivocate, Misbehaviour.DoubleVote, Misbehaviour.Surround,
        Misbehaviour.Withhold, Misbehaviour.Offline];

    /// <summary>Those who sign what they must not: nobody else may be slashed.</summary>
    public IReadOnlySet<int> Guilty => Misbehaviours
        .Where(entry => entry.Value is Misbehaviour.Equivocate or Misbehaviour.DoubleVote or Misbehaviour.Surround)
        .Select(entry => entry.Key)
        .Concat(Twins)
        .ToHashSet();

    /// <summary>Everybody who breaks a rule, also those who only stay away or keep blocks to themselves.</summary>
    public IReadOnlySet<int> All => Misbehaviours.Keys.Concat(Twins).ToHashSet();

    public override string ToString() =>
        Twins.Count > 0 ? $"{Twins.Count} sign on both sides"
        : Misbehaviours.Count == 0 ? "nobody"
        : string.Join(", ",
            Misbehaviours.GroupBy(entry => entry.Value).OrderBy(group => group.Key).Select(group =>
                $"{group.Count()} {group.Key}"));

    /// <summary>
    /// Nobody, some below a third, or some from a third to half of them; such as misbehave each in its own way, or twins.
    /// </summary>
    /// <param name="percent">So many misbehave; null draws it.</param>
    internal static HostileValidators Draw(SeededRandom random, int validators, int? percent)
    {
        var third = validators / 3;
        var mode = percent is null ? random.Next(5) : 0;
        var count = percent is { } given ? validators * given / 100
            : mode switch
            {
                0 => 0,
                1 or 3 => 1 + random.Next(third - 1),
                _ => third + random.Next((validators / 2) - third + 1),
            };
        var chosen = Enumerable.Range(0, validators).OrderBy(_ => random.NextUInt64()).Take(count).Order().ToList();
        return mode >= 3
            ? new HostileValidators(new SortedDictionary<int, Misbehaviour>(), chosen)
            : new HostileValidators(new SortedDictionary<int, Misbehaviour>(chosen.ToDictionary(index => index,
                _ => Kinds[random.Next(Kinds.Length)])), []);
    }
}
