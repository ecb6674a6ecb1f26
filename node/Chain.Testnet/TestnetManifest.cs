using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Chain.Testnet;

/// <summary>A test network as its folder describes it; the file `testnet.json`.</summary>
public sealed record TestnetManifest
{
    public required int Version { get; init; }

    /// <summary>"pow" or "pos".</summary>
    public required string Consensus { get; init; }

    public required ulong ChainId { get; init; }

    /// <summary>Under proof of work; 0 otherwise.</summary>
    public required ulong BlockTimeSeconds { get; init; }

    /// <summary>Hashes a second of all nodes together under proof of work; 0 otherwise.</summary>
    public required double HashRate { get; init; }

    /// <summary>Null under proof of work.</summary>
    public TestnetStake? Stake { get; init; }

    public required IReadOnlyList<TestnetNode> Nodes { get; init; }
}

/// <summary>What is the same for all nodes under proof of stake.</summary>
/// <param name="GenesisTime">When slot zero begins, in seconds since 1970-01-01 UTC.</param>
public sealed record TestnetStake(ulong SlotMs, ulong SlotsPerEpoch, int Validators, ulong GenesisTime)
{
    /// <summary>How long until the network begins; negative once it has.</summary>
    public TimeSpan UntilGenesis(DateTimeOffset now) => DateTimeOffset.FromUnixTimeSeconds((long)GenesisTime) - now;
}

/// <summary>One node of a test network.</summary>
/// <param name="Enode">Its identity and where its peers find it.</param>
/// <param name="NodeId">128 hex digits.</param>
/// <param name="Beneficiary">Who gets its rewards.</param>
/// <param name="HashRate">Hashes a second that it searches at most; 0 for a node that does not mine.</param>
public sealed record TestnetNode(int Index, int RpcPort, int AdminPort, int PeerPort, string Enode, string NodeId,
    string Beneficiary, double HashRate)
{
    /// <summary>Its validators under proof of stake; null where it has none.</summary>
    public TestnetValidators? Validators { get; init; }
}

/// <summary>The validators of a node.</summary>
/// <param name="First">The first by its registry index; the others follow.</param>
/// <param name="Behave">Who of them misbehaves, as `chain node run --behave` takes it.</param>
public sealed record TestnetValidators(int First, int Count, IReadOnlyList<string> Behave);

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
