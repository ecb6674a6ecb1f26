using System.CommandLine;
using Chain.Host;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Rules;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>
/// What `chain node run` takes for the rule of its chain. An option of another rule is refused, not passed over.
/// </summary>
internal sealed class RuleOptions
{
    private readonly List<(RulePlugin Rule, NodeRuleOptions Options)> _rules =
        [.. KnownRules.All.Select(rule => (rule, rule.NewNodeOptions()))];

    private readonly Option<string[]> _behave = new("--behave")
    {
        Description = "KIND or KIND:KEYPREFIX: keys that do wrong on a test network, all or those that begin so; may be "
            + "repeated. For the kinds see `chain testnet up --help`",
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        foreach (var option in _rules.SelectMany(rule => rule.Options.Options)) command.Add(option);
        command.Add(_behave);
    }

    /// <summary>How the node takes part in the rule of its chain.</summary>
    /// <exception cref="UsageException">Something that does not go together.</exception>
    /// <exception cref="GenesisException">A key that cannot be read.</exception>
    public RuleSetup Read(ParseResult parsed, GenesisFile genesis, string dataFolder)
    {
        var rule = KnownRules.Of(genesis);
        foreach (var option in _rules.Where(other => other.Rule != rule).SelectMany(other => other.Options.Options))
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new UsageException($"{option.Name} means nothing on this chain: its rule is {rule.Network.Title}.");
        }

        return _rules.Find(own => own.Rule == rule).Options.Read(parsed, genesis, dataFolder, parsed.GetValue(_behave)!);
    }
}
