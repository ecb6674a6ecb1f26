namespace Chain.Node;

/// <summary>One connection to a peer; numbered by the host, never used twice.</summary>
public readonly record struct PeerId(long Number)
{
    public override string ToString() => $"peer {Number}";
}

/// <summary>A question from outside that gets exactly one <see cref="NodeEffect.Reply"/>; numbered by the host.</summary>
public readonly record struct RequestId(long Number);
