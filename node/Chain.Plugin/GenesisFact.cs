using System.Text.Json.Nodes;

namespace Chain.Plugin;

/// <summary>One line of what a genesis file describes.</summary>
/// <param name="Name">For people.</param>
/// <param name="Json">The field's name in JSON.</param>
public sealed record GenesisFact(string Name, string Json, JsonNode? Value, string Unit = "");
