using Chain.Consensus.Clique;

namespace Chain.Rules.Clique;

/// <summary>What misbehaviours are called on the command line.</summary>
internal static class MisbehaviourNames
{
    private static readonly (string Name, CliqueMisbehaviour Kind)[] All =
    [
        ("equivocate", CliqueMisbehaviour.Equivocate),
        ("hurry", CliqueMisbehaviour.Hurry),
        ("withhold", CliqueMisbehaviour.Withhold),
        ("offline", CliqueMisbehaviour.Offline),
    ];

    /// <summary>All names, for texts.</summary>
    public static string List { get; } = string.Join(", ", All.Select(item => item.Name));

    /// <summary>None for a name that there is not.</summary>
    public static CliqueMisbehaviour Find(string name) => Array.Find(All, item => item.Name == name).Kind;
}
