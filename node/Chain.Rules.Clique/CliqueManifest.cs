using System.Text.Json;
using System.Text.Json.Serialization;
using Chain.Testnet;

namespace Chain.Rules.Clique;

/// <summary>What is the same for all nodes under Clique.</summary>
public sealed record TestnetClique(ulong PeriodSeconds, int Signers);

/// <summary>The signers of a node.</summary>
/// <param name="Accounts">In ascending order.</param>
/// <param name="Behave">Who of them misbehaves, as `chain node run --behave` takes it.</param>
public sealed record TestnetSigners(IReadOnlyList<string> Accounts, IReadOnlyList<string> Behave);

/// <summary>The manifest's fields that belong to Clique.</summary>
internal static class CliqueManifest
{
    private const string CliqueField = "clique";
    private const string SignersField = "signers";

    public static TestnetClique? CliqueOf(this TestnetManifest manifest) =>
        ManifestCheck.Read(manifest.Own, CliqueField, "", CliqueManifestJson.Default.TestnetClique);

    /// <summary>Null where the node has none.</summary>
    public static TestnetSigners? SignersOf(this TestnetNode node) =>
        ManifestCheck.Read(node.Own, SignersField, $"nodes[{node.Index}].", CliqueManifestJson.Default.TestnetSigners);

    public static Dictionary<string, JsonElement> Fields(TestnetClique clique) => new()
    {
        [CliqueField] = JsonSerializer.SerializeToElement(clique, CliqueManifestJson.Default.TestnetClique),
    };

    public static Dictionary<string, JsonElement> Fields(TestnetSigners? signers) => signers is null ? [] : new()
    {
        [SignersField] = JsonSerializer.SerializeToElement(signers, CliqueManifestJson.Default.TestnetSigners),
    };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(TestnetClique))]
[JsonSerializable(typeof(TestnetSigners))]
internal sealed partial class CliqueManifestJson : JsonSerializerContext;
