using Chain.Consensus.Stake;

namespace Chain.Rules.Stake;

/// <summary>What validators of a test network can do wrong, as command lines and manifests name it.</summary>
public static class MisbehaviourNames
{
    private static readonly (string Name, Misbehaviour Kind)[] Known =
    [
        ("equivocate", Misbehaviour.Equivocate),
        ("double-vote", Misbehaviour.DoubleVote),
        ("surround", Misbehaviour.Surround),
        ("withhold", Misbehaviour.Withhold),
        ("offline", Misbehaviour.Offline),
    ];

    /// <summary>All names, for messages: "equivocate, double-vote, …".</summary>
    public static string List { get; } = string.Join(", ", Known.Select(item => item.Name));

    /// <summary>The kind with a name; <see cref="Misbehaviour.None"/> for what is no name.</summary>
    public static Misbehaviour Find(string name) => Known.FirstOrDefault(item => item.Name == name).Kind;

    /// <summary>The name of a kind that is not <see cref="Misbehaviour.None"/>.</summary>
    public static string Of(Misbehaviour kind) => Known.First(item => item.Kind == kind).Name;
}
