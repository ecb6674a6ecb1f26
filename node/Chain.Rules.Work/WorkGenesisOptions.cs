using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Consensus.Work;
using Chain.Plugin;
using Chain.Testnet;

namespace Chain.Rules.Work;

/// <summary>What `chain genesis new` takes for proof of work.</summary>
internal sealed class WorkGenesisOptions : GenesisRuleOptions
{
    private readonly Option<ulong> _blockTime = new("--block-time")
    {
        Description = "pow: seconds between blocks, at least 2",
        DefaultValueFactory = _ => 2,
    };
    private readonly Option<ulong> _difficulty = new("--difficulty")
    {
        Description = "pow: difficulty of the first block, at least 65536",
        DefaultValueFactory = _ => 1_000_000,
    };

    public override IReadOnlyList<Option> Options => [_blockTime, _difficulty];

    public override GenesisDraft Read(ParseResult parsed)
    {
        var difficulty = parsed.GetValue(_difficulty);
        if (difficulty < Asert.MinimumDifficulty)
            throw new UsageException($"--difficulty is {difficulty}; it must be at least {Asert.MinimumDifficulty}, the least "
                + $"that later blocks have.");
        return new GenesisDraft(
            new JsonObject { ["blockTimeSeconds"] = parsed.GetValue(_blockTime) },
            new JsonObject { ["difficulty"] = difficulty });
    }
}
