using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Consensus.Work;
using Chain.Execution;
using Chain.Primitives;
using Chain.Terminal;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>`chain genesis`: makes and checks genesis files.</summary>
internal static class GenesisCommands
{
    private static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document and nothing else",
        Recursive = true,
    };

    public static Command Create() =>
        new("genesis", "Make and check genesis files") { GenesisNewCommand.Create(), Check(), Json };

    /// <summary>Prints what a genesis file describes, as text or as JSON.</summary>
    /// <param name="file">The file's name.</param>
    /// <param name="more">What else there is to say, in this order.</param>
    public static void Describe(ParseResult parsed, string file, GenesisFile genesis, params IReadOnlyList<GenesisFact> more)
    {
        var facts = Facts(genesis, ConsensusFactory.BuildGenesis(genesis)).Concat(more).ToList();
        if (parsed.GetValue(Json))
        {
            var document = new JsonObject { ["file"] = Path.GetFullPath(file) };
            foreach (var fact in facts) document[fact.Json] = fact.Value;
            TestnetCommands.Print(document);
            return;
        }

        foreach (var fact in facts) AnsiConsole.MarkupLine(Shown.Line($"{fact.Name,-14}{$"{fact.Value} {fact.Unit}".Trim()}"));
    }

    private static Command Check()
    {
        var input = new Argument<FileInfo>("file") { Description = "A genesis file" };
        var command = new Command("check", "Say what a genesis file describes, or what is wrong with it") { input };
        command.SetAction((parsed, _) => ChainProgram.GuardAsync(parsed, () =>
        {
            var file = parsed.GetValue(input)!;
            Describe(parsed, file.FullName, NodeCommands.ReadGenesis(file));
            return Task.FromResult(ChainProgram.Ok);
        }));
        return command;
    }

    private static IEnumerable<GenesisFact> Facts(GenesisFile genesis, GenesisBlock built)
    {
        yield return new("chain id", "chainId", genesis.Spec.ChainId);
        yield return new("genesis block", "genesisBlock", built.Block.Hash.ToString());
        yield return new("state root", "stateRoot", built.Block.Header.Header.StateRoot.ToString());
        yield return new("accounts", "accounts", genesis.Alloc.Count);
        var own = genesis.Spec.Consensus switch
        {
            ProofOfWorkSettings work => Facts(genesis, work),
            ProofOfStakeSettings stake => Facts(built, stake),
            var other => throw new InvalidOperationException($"Nothing is known of {other.GetType().Name}."),
        };
        foreach (var fact in own) yield return fact;
    }

    private static IEnumerable<GenesisFact> Facts(GenesisFile genesis, ProofOfWorkSettings settings)
    {
        yield return new("consensus", "consensus", "proof-of-work");
        yield return new("seal", "seal", settings.Seal.ToString());
        yield return new("difficulty", "difficulty", genesis.Difficulty.ToString());
        yield return new("then", "difficultyRule", settings.DifficultyRule.ToString());
        yield return new("block time", "blockTimeSeconds", settings.BlockTimeSeconds, "s");
        yield return new("reward", "blockReward", settings.BlockReward.ToString(), "wei");
        yield return new("safe after", "safeDepth", settings.SafeDepth, "blocks");
        yield return new("final after", "finalizedDepth", settings.FinalizedDepth, "blocks");
    }

    private static IEnumerable<GenesisFact> Facts(GenesisBlock built, ProofOfStakeSettings settings)
    {
        var state = StakeGenesis.BuildState(settings, built.Block.Header.Header.MixHash);
        yield return new("consensus", "consensus", "proof-of-stake");
        yield return new("stake root", "stakeRoot", state.ComputeRoot().ToString());
        yield return new("validators", "validators", settings.Validators.Count);
        yield return new("active", "activeValidators",
            settings.Validators.Count(validator => validator.BalanceGwei >= settings.MaxEffectiveBalance));
        yield return new("stake", "stake", StakeSupply.TotalStake(state).ToString(), "wei");
        yield return new("slot", "slotDurationMs", settings.SlotDurationMs, "ms");
        yield return new("epoch", "slotsPerEpoch", settings.SlotsPerEpoch, "slots");
        yield return new("deposits to", "depositAddress", settings.DepositAddress.ToString());
    }
}

/// <summary>One line of what a genesis file describes.</summary>
internal sealed record GenesisFact(string Name, string Json, JsonNode? Value, string Unit = "");
