using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Cli;

/// <summary>Writes genesis files.</summary>
internal static class GenesisTemplate
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static string Write(ulong chainId, ulong blockTimeSeconds, ulong difficulty, IReadOnlyList<KeyValuePair<Address, UInt256>> accounts)
    {
        var alloc = new JsonObject();
        foreach (var (address, wei) in accounts) alloc[address.ToString()] = new JsonObject { ["balance"] = wei.ToString() };
        return new JsonObject
        {
            ["config"] = new JsonObject
            {
                ["chainId"] = chainId,
                ["chain"] = new JsonObject { ["consensus"] = "proof-of-work", ["blockTimeSeconds"] = blockTimeSeconds },
            },
            ["difficulty"] = difficulty,
            ["gasLimit"] = 30_000_000,
            ["timestamp"] = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["alloc"] = alloc,
        }.ToJsonString(Indented) + "\n";
    }
}
