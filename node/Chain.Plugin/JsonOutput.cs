using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chain.Plugin;

/// <summary>What a command prints with `--json`: one document on standard output.</summary>
public static class JsonOutput
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Print(JsonNode document)
    {
        ArgumentNullException.ThrowIfNull(document);
        Console.WriteLine(document.ToJsonString(Indented));
    }
}
