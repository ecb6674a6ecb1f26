using System.Text.Json.Nodes;

namespace Chain.Testnet;

/// <summary>What a node says of its consensus rule, `chain_status`.</summary>
public abstract record RuleStatus
{
    /// <summary>Adds it to the node's entry in `testnet status --json`.</summary>
    public abstract void WriteTo(JsonObject entry);
}
