using System.CommandLine;
using System.Globalization;
using Chain.Consensus.Stake;
using Chain.Execution;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Terminal;
using Chain.Testnet;
using Spectre.Console.Rendering;

namespace Chain.Rules.Stake;

/// <summary>Proof of stake as the program `chain` knows it.</summary>
public sealed class StakePlugin : RulePlugin
{
    public override ConsensusSettingsReader Settings { get; } = new ProofOfStakeReader();

    public override NetworkRule Network => StakeNetwork.Instance;

    public override string CommandName => "validator";

    public override Command NewCommand(CommandGuard guard) => ValidatorCommands.Create(guard);

    public override string BehaveHelp =>
        $"NODE=KIND, vN=KIND or vA-vB=KIND for all validators of a node or some by their index, with {MisbehaviourNames.List}";

    public override string WhileStopped =>
        " Slots go by meanwhile, and validators who miss many epochs lose their stake: a network of stake is resumed soon or "
            + "made anew.";

    public override NodeRuleOptions NewNodeOptions() => new StakeNodeOptions();

    public override NetworkRuleOptions NewNetworkOptions() => new StakeNetworkOptions();

    public override GenesisRuleOptions NewGenesisOptions() => new StakeGenesisOptions();

    public override RuleSimulation NewSimulation() => new StakeSimulation();

    public override IEnumerable<GenesisFact> Facts(GenesisFile genesis, GenesisBlock built)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        ArgumentNullException.ThrowIfNull(built);
        var settings = (ProofOfStakeSettings)genesis.Spec.Consensus;
        var state = StakeGenesis.BuildState(settings, built.Block.Header.Header.MixHash);
        yield return new("consensus", "consensus", ProofOfStake.Name);
        yield return new("stake root", "stakeRoot", state.ComputeRoot().ToString());
        yield return new("validators", "validators", settings.Validators.Count);
        yield return new("active", "activeValidators",
            settings.Validators.Count(validator => validator.BalanceGwei >= settings.MaxEffectiveBalance));
        yield return new("stake", "stake", StakeSupply.TotalStake(state).ToString(), "wei");
        yield return new("slot", "slotDurationMs", settings.SlotDurationMs, "ms");
        yield return new("epoch", "slotsPerEpoch", settings.SlotsPerEpoch, "slots");
        yield return new("deposits to", "depositAddress", settings.DepositAddress.ToString());
    }

    public override IRenderable Render(NetworkStatus status) => StakeScreen.Render(status);

    public override string HeadNote(NodeReport node) => node?.OfRule is StakeStatus stake
        ? string.Create(CultureInfo.InvariantCulture, $", epoch {stake.Finalized.Epoch} finalized")
        : "";

    public override string StartNote(TestnetNode node)
    {
        if (node.ValidatorsOf() is not { } own) return "";
        var wrong = own.Behave.Count == 0
            ? ""
            : $", [yellow]{own.Behave.Count} of them misbehave: "
                + $"{Shown.Field(string.Join(", ", own.Behave.Select(behave => behave.Split(':')[0]).Distinct()))}[/]";
        return own.Count == 1
            ? $"  validator v{own.First}{wrong}"
            : $"  validators v{own.First} to v{own.First + own.Count - 1}{wrong}";
    }

    public override string? GenesisNote(TestnetManifest manifest, TimeSpan untilGenesis) =>
        manifest.StakeOf() is { } stake ? StakeScreen.Start(stake, untilGenesis) : null;
}
