using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Chain.Testnet;

/// <summary>A test network as its folder describes it; the file `testnet.json`.</summary>
public sealed record TestnetManifest
{
    public required int Version { get; init; }

    /// <summary>The rule, as <see cref="NetworkRule.Name"/> spells it.</summary>
    public required string Consensus { get; init; }

    public required ulong ChainId { get; init; }

    public required IReadOnlyList<TestnetNode> Nodes { get; init; }

    /// <summary>
    /// What the network was made with, as text by the option's name; null in a network of before this was kept.
    /// </summary>
    public SortedDictionary<string, string>? MadeWith { get; init; }

    /// <summary>The fields that only the rule knows.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Own { get; set; } = [];
}

/// <summary>One node of a test network.</summary>
/// <param name="Enode">Its identity and where its peers find it.</param>
/// <param name="NodeId">128 hex digits.</param>
/// <param name="Beneficiary">Who gets its rewards.</param>
public sealed record TestnetNode(int Index, int RpcPort, int AdminPort, int PeerPort, string Enode, string NodeId,
    string Beneficiary)
{
    /// <summary>The fields that only the rule knows.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Own { get; set; } = [];
}

/// <summary>Which process a node runs as; the file `process.json` in its folder.</summary>
/// <param name="StartedAtTicks">The process's start time, so that a number used again is not mistaken for it.</param>
public sealed record NodeProcessRecord(int Pid, long StartedAtTicks);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TestnetManifest))]
[JsonSerializable(typeof(NodeProcessRecord))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class TestnetJson : JsonSerializerContext;
