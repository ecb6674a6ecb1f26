using System.CommandLine;
using Chain.Plugin;
using Chain.Rules;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>The rule that a command line asks for by `--consensus`.</summary>
internal static class RuleChoice
{
    public static Option<string> NewOption() => new("--consensus")
    {
        Description = $"The rule: {KnownRules.Names}",
        DefaultValueFactory = _ => KnownRules.All[0].Network.Name,
    };

    /// <summary>The rule with its part of the command. An option of another rule is refused, not passed over.</summary>
    /// <param name="name">What `--consensus` says.</param>
    /// <param name="rules">Each rule with its part of the command.</param>
    /// <param name="optionsOf">The options of such a part.</param>
    public static (RulePlugin Rule, T Part) Of<T>(ParseResult parsed, string name, IReadOnlyList<(RulePlugin Rule, T Part)> rules,
        Func<T, IReadOnlyList<Option>> optionsOf)
    {
        if (rules.All(rule => rule.Rule.Network.Name != name))
            throw new UsageException($"--consensus '{name}' is not known; known are {KnownRules.Names}.");
        foreach (var (rule, part) in rules.Where(rule => rule.Rule.Network.Name != name))
        {
            if (optionsOf(part).FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } wrong)
                throw new UsageException($"{wrong.Name} is for --consensus {rule.Network.Name} only.");
        }

        return rules.First(rule => rule.Rule.Network.Name == name);
    }
}
