using Chain.Consensus.Work;
using Chain.Execution;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Testnet;
using Spectre.Console.Rendering;

namespace Chain.Rules.Work;

/// <summary>Proof of work as the program `chain` knows it.</summary>
public sealed class WorkPlugin : RulePlugin
{
    public override ConsensusSettingsReader Settings { get; } = new ProofOfWorkReader();

    public override NetworkRule Network => WorkNetwork.Instance;

    public override NodeRuleOptions NewNodeOptions() => new WorkNodeOptions();

    public override NetworkRuleOptions NewNetworkOptions() => new WorkNetworkOptions();

    public override GenesisRuleOptions NewGenesisOptions() => new WorkGenesisOptions();

    public override RuleSimulation NewSimulation() => new WorkSimulation();

    public override IEnumerable<GenesisFact> Facts(GenesisFile genesis, GenesisBlock built)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        var settings = (ProofOfWorkSettings)genesis.Spec.Consensus;
        yield return new("consensus", "consensus", ProofOfWork.Name);
        yield return new("seal", "seal", settings.Seal.ToString());
        yield return new("difficulty", "difficulty", genesis.Difficulty.ToString());
        yield return new("then", "difficultyRule", settings.DifficultyRule.ToString());
        yield return new("block time", "blockTimeSeconds", settings.BlockTimeSeconds, "s");
        yield return new("reward", "blockReward", settings.BlockReward.ToString(), "wei");
        yield return new("safe after", "safeDepth", settings.SafeDepth, "blocks");
        yield return new("final after", "finalizedDepth", settings.FinalizedDepth, "blocks");
    }

    public override IRenderable Render(NetworkStatus status) => WorkScreen.Render(status);
}
