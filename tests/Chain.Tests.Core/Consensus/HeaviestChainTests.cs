using System.Text.Json;
using Chain.Consensus.Work;

namespace Chain.Tests;

public sealed class HeaviestChainTests
{
    [Theory]
    [InlineData("heaviest-wins")]
    [InlineData("tie-keeps-the-first")]
    [InlineData("invalid-branch")]
    [InlineData("pruning")]
    [InlineData("marks")]
    public void The_script_holds(string name)
    {
        using var stream = typeof(HeaviestChainTests).Assembly.GetManifestResourceStream($"Scripts/HeaviestChain/{name}.json")!;
        using var reader = new StreamReader(stream);
        new ForkChoiceScript((root, settings) =>
            new HeaviestChain(root, Depth(settings, "safeDepth", 2),
                Depth(settings, "finalizedDepth", 4))).Run(reader.ReadToEnd());
    }

    private static ulong Depth(JsonElement settings, string name, ulong fallback) =>
        settings.ValueKind == JsonValueKind.Object && settings.TryGetProperty(name, out var value) ? value.GetUInt64() : fallback;
}
