using System.CommandLine;
using System.Globalization;
using Chain.Consensus.Clique;
using Chain.Plugin;
using Chain.Testnet;

namespace Chain.Rules.Clique;

/// <summary>What `chain testnet up` takes for Clique.</summary>
internal sealed class CliqueNetworkOptions : NetworkRuleOptions
{
    private readonly Option<int> _signers = new("--signers")
    {
        Description = "clique: accounts that may sign blocks, dealt to the nodes in turn",
        DefaultValueFactory = _ => 3,
    };
    private readonly Option<string> _period = Period();

    public override IReadOnlyList<Option> Options => [_signers, _period];

    public override RuleWishes Read(ParseResult parsed, IReadOnlyList<string> behave) => new CliqueWishes
    {
        Signers = parsed.GetValue(_signers),
        PeriodSeconds = WholeSeconds(parsed.GetValue(_period)!),
        Behave = [.. behave.Select(ParseBehave)],
    };

    public static Option<string> Period() => new("--period")
    {
        Description = "clique: the least time between blocks, in whole seconds; with 0 a block is sealed as soon as there is a "
            + "transaction for it, and none without",
        DefaultValueFactory = _ => "2s",
    };

    public static ulong WholeSeconds(string text)
    {
        var time = Durations.Parse(text, allowNegative: false);
        return time.Ticks % TimeSpan.TicksPerSecond == 0
            ? (ulong)time.TotalSeconds
            : throw new UsageException($"--period {text}: a period is a whole number of seconds, or 0.");
    }

    private static (int Node, string Kind) ParseBehave(string text)
    {
        var parts = text.Split('=');
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var node))
            throw new UsageException($"--behave '{text}' is not understood: write NODE=KIND for the signers of a node. Kinds are "
                + $"{MisbehaviourNames.List}.");
        return MisbehaviourNames.Find(parts[1]) != CliqueMisbehaviour.None
            ? (node, parts[1])
            : throw new UsageException($"--behave {text}: '{parts[1]}' is none of {MisbehaviourNames.List}.");
    }
}
