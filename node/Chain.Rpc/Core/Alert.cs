namespace Chain.Rpc;

/// <summary>Something that whoever watches the node should look at.</summary>
/// <param name="Name">Of <see cref="NodeAlerts.Names"/> or <see cref="RuleApi.AlertNames"/>.</param>
public sealed record Alert(string Name, string Message);
