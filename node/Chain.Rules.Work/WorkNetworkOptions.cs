using System.CommandLine;
using Chain.Plugin;
using Chain.Testnet;

namespace Chain.Rules.Work;

/// <summary>What `chain testnet up` takes for proof of work.</summary>
internal sealed class WorkNetworkOptions : NetworkRuleOptions
{
    private readonly Option<string> _blockTime = new("--block-time")
    {
        Description = "pow: the time between blocks that difficulty aims at, at least 2s",
        DefaultValueFactory = _ => "2s",
    };
    private readonly Option<double> _hashRate = new("--hash-rate")
    {
        Description = "pow: hashes a second of all nodes together",
        DefaultValueFactory = _ => 400_000,
    };
    private readonly Option<string?> _hashShare = new("--hash-share")
    {
        Description = "pow: each node's part of the hash rate, as 0.3,0.2,0.5; equal parts without",
    };

    public override IReadOnlyList<Option> Options => [_blockTime, _hashRate, _hashShare];

    public override RuleWishes Read(ParseResult parsed, IReadOnlyList<string> behave)
    {
        if (behave.Count > 0)
            throw new UsageException($"--behave {behave[0]}: nobody has duties under proof of work that could be done wrong.");
        return new WorkWishes
        {
            BlockTimeSeconds = WholeSeconds(parsed.GetValue(_blockTime)!),
            HashRate = parsed.GetValue(_hashRate),
            HashShares = parsed.GetValue(_hashShare) is { } shares ? ParseShares(shares) : null,
        };
    }

    private static ulong WholeSeconds(string text)
    {
        var time = Durations.Parse(text, allowNegative: false);
        return time.TotalSeconds >= 2 && time.Ticks % TimeSpan.TicksPerSecond == 0 ? (ulong)time.TotalSeconds
            : throw new UsageException($"--block-time {text}: under proof of work a block time is a whole number of seconds, "
                + $"at least 2s.");
    }

    private static double[] ParseShares(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part => Durations.ParseRatio(part))];
}
