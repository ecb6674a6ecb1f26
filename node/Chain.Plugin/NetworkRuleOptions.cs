using System.CommandLine;
using Chain.Testnet;

namespace Chain.Plugin;

/// <summary>What `chain testnet up` takes for one rule.</summary>
public abstract class NetworkRuleOptions
{
    /// <summary>Its options, beside those that every network has.</summary>
    public abstract IReadOnlyList<Option> Options { get; }

    /// <summary>What is asked of the rule.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="behave">Each `--behave`, as it was given.</param>
    /// <exception cref="UsageException">An option that cannot be read.</exception>
    public abstract RuleWishes Read(ParseResult parsed, IReadOnlyList<string> behave);
}
