using System.Text.Json;
using System.Text.Json.Serialization;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>What is the same for all nodes under proof of stake.</summary>
/// <param name="GenesisTime">When slot zero begins, in seconds since 1970-01-01 UTC.</param>
public sealed record TestnetStake(ulong SlotMs, ulong SlotsPerEpoch, int Validators, ulong GenesisTime)
{
    /// <summary>How long until the network begins; negative once it has.</summary>
    public TimeSpan UntilGenesis(DateTimeOffset now) => DateTimeOffset.FromUnixTimeSeconds((long)GenesisTime) - now;
}

/// <summary>The validators of a node.</summary>
/// <param name="First">The first by its registry index; the others follow.</param>
/// <param name="Behave">Who of them misbehaves, as `chain node run --behave` takes it.</param>
public sealed record TestnetValidators(int First, int Count, IReadOnlyList<string> Behave);

/// <summary>The manifest's fields that belong to proof of stake.</summary>
internal static class StakeManifest
{
    private const string StakeField = "stake";
    private const string ValidatorsField = "validators";

    public static TestnetStake? StakeOf(this TestnetManifest manifest) =>
        ManifestCheck.Read(manifest.Own, StakeField, "", StakeManifestJson.Default.TestnetStake);

    /// <summary>Null where the node has none.</summary>
    public static TestnetValidators? ValidatorsOf(this TestnetNode node) =>
        ManifestCheck.Read(node.Own, ValidatorsField, $"nodes[{node.Index}].", StakeManifestJson.Default.TestnetValidators);

    public static Dictionary<string, JsonElement> Fields(TestnetStake stake) => new()
    {
        [StakeField] = JsonSerializer.SerializeToElement(stake, StakeManifestJson.Default.TestnetStake),
    };

    public static Dictionary<string, JsonElement> Fields(TestnetValidators? validators) => validators is null ? [] : new()
    {
        [ValidatorsField] = JsonSerializer.SerializeToElement(validators, StakeManifestJson.Default.TestnetValidators),
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TestnetStake))]
[JsonSerializable(typeof(TestnetValidators))]
internal sealed partial class StakeManifestJson : JsonSerializerContext;
