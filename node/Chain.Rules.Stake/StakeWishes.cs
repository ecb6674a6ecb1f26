using System.Text.Json;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>What a person asks for in a new network of proof of stake.</summary>
public sealed record StakeWishes : RuleWishes
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public int Validators { get; init; } = 16;

    public ulong SlotMs { get; init; } = 2000;

    public ulong SlotsPerEpoch { get; init; } = 8;

    /// <summary>
    /// How long after its making the network begins, at least; null for as long as the nodes probably take to start
    /// .
    /// </summary>
    public TimeSpan? GenesisDelay { get; init; }

    /// <summary>Who misbehaves; of two about one validator the later counts.</summary>
    public IReadOnlyList<BehaveWish> Behave { get; init; } = [];

    public override NetworkRule Rule => StakeNetwork.Instance;

    public override void Check(int nodes) => StakePlan.Check(this, nodes);

    public override NetworkPlan Plan(NetworkSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        var parts = site.Nodes.Select(node => StakePlan.ValidatorsOf(node.Index, site.Nodes.Count, Validators)).ToList();
        var secrets = site.Nodes.Zip(parts,
            (node, part) => StakePlan.DrawKeys(site.Folder.NodeFolder(node.Index), part.Count)).ToList();
        var genesis = StakePlan.Genesis(this, [.. secrets.SelectMany(own => own)], site.ChainId, site.GasLimit);
        genesis["alloc"] = site.Alloc;
        var genesisTime = StakePlan.GenesisTime(DateTimeOffset.UtcNow, GenesisDelay ?? site.Start, SlotMs);
        genesis["timestamp"] = genesisTime;
        var text = genesis.ToJsonString(Indented);
        var hash = ConsensusFactory.BuildGenesis(StakeNetwork.Genesis.Parse(text)).Block.Hash;
        foreach (var node in site.Nodes)
            StakePlan.Register(site.Folder.NodeFolder(node.Index), secrets[node.Index], hash);
        return new NetworkPlan(text,
            StakeManifest.Fields(new TestnetStake(SlotMs, SlotsPerEpoch, Validators, genesisTime)),
            [.. site.Nodes.Select(node => StakeManifest.Fields(Describe(node.Index, parts[node.Index], secrets[node.Index])))]);
    }

    private TestnetValidators? Describe(int node, (int First, int Count) part, IReadOnlyList<ValidatorSecret> secrets) =>
        part.Count == 0
        ? null
        : new TestnetValidators(part.First, part.Count, StakePlan.BehaviourOf(node, part.First, secrets, this));
}
