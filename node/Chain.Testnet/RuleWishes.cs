using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chain.Testnet;

/// <summary>What a person asks of the consensus rule in a new network.</summary>
public abstract record RuleWishes
{
    public abstract NetworkRule Rule { get; }

    /// <summary>Before anything is written, so that a refusal leaves nothing behind.</summary>
    /// <param name="nodes">How many the network has.</param>
    /// <exception cref="UsageException">A wish that cannot be met.</exception>
    public abstract void Check(int nodes);

    /// <summary>Makes the genesis file, and in the nodes' folders the keys that it names.</summary>
    /// <exception cref="TestnetException">A key cannot be kept.</exception>
    public abstract NetworkPlan Plan(NetworkSite site);
}

/// <summary>Where a network is being made.</summary>
/// <param name="Nodes">Their folders are there.</param>
/// <param name="Alloc">The accounts that exist from the start, for the genesis file.</param>
/// <param name="Start">How long the nodes will probably take to start.</param>
public sealed record NetworkSite(TestnetFolder Folder, IReadOnlyList<TestnetNode> Nodes, ulong ChainId, ulong GasLimit,
    JsonObject Alloc, TimeSpan Start);

/// <summary>What a rule makes of a new network.</summary>
/// <param name="Genesis">The genesis file's text.</param>
/// <param name="Own">The rule's own fields of the manifest.</param>
/// <param name="OfNodes">The rule's own fields of each node in the manifest, in order.</param>
public sealed record NetworkPlan(string Genesis, Dictionary<string, JsonElement> Own,
    IReadOnlyList<Dictionary<string, JsonElement>> OfNodes);
