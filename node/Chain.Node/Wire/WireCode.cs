namespace Chain.Node;

/// <summary>The capabilities whose messages the core sees.</summary>
public enum WireCapability
{
    /// <summary>eth/68 or eth/69.</summary>
    Eth,

    /// <summary>stake/1: blocks with their sidecars.</summary>
    Stake,
}

/// <summary>A message's kind: its capability, and its number within it.</summary>
public readonly record struct WireCode(WireCapability Capability, int Id)
{
    /// <summary>The spec's name, such as "BlockHeaders (eth 0x04)".</summary>
    public override string ToString() =>
        $"{WireCodec.NameOf(this)} ({(Capability == WireCapability.Eth ? "eth" : "stake")} 0x{Id:x2})";
}
