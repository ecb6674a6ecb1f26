namespace Chain.Rpc;

/// <summary>The node serves reads only, because its store refused a write; the message says why and what to do.</summary>
public sealed class NodeUnavailableException(string message) : InvalidOperationException(message);
