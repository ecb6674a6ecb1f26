namespace Chain.Node;

/// <summary>The capabilities whose messages the core sees.</summary>
public enum WireCapability
{
    /// <summary>eth/68 or eth/69.</summary>
    Eth,

    /// <summary>The consensus rule's own: blocks with their sidecars, and its messages.</summary>
    Consensus,
}

/// <summary>A message's kind: its capability, and its number within it.</summary>
public readonly record struct WireCode(WireCapability Capability, int Id);
