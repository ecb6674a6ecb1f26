using Chain.Plugin;
using Chain.Primitives;
using Chain.Rules.Clique;
using Chain.Rules.Stake;
using Chain.Rules.Work;
using Chain.Testnet;

namespace Chain.Rules;

/// <summary>The consensus rules that there are: a new one is a line here.</summary>
public static class KnownRules
{
    /// <summary>The first is meant where nobody names one.</summary>
    public static IReadOnlyList<RulePlugin> All { get; } =
    [
        new WorkPlugin(),
        new StakePlugin(),
        new CliquePlugin(),
    ];

    /// <summary>Reads genesis files of every rule.</summary>
    public static GenesisReader Genesis { get; } = new([.. All.Select(rule => rule.Settings)]);

    public static IReadOnlyList<NetworkRule> Networks { get; } = [.. All.Select(rule => rule.Network)];

    /// <summary>Their names for a help text.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(rule => $"{rule.Network.Name} ({rule.Network.Title})"));

    /// <summary>The rule that a genesis file names.</summary>
    public static RulePlugin Of(GenesisFile genesis)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        return All.First(rule => rule.Settings.Name == genesis.Spec.Consensus.RuleName());
    }

    /// <summary>The rule of a network.</summary>
    public static RulePlugin Of(TestnetRunner runner)
    {
        ArgumentNullException.ThrowIfNull(runner);
        return All.First(rule => rule.Network == runner.Rule);
    }
}
