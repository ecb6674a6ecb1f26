namespace Chain.Node;

/// <summary>Why bytes are no message.</summary>
public abstract record WireError
{
    private WireError()
    {
    }

    /// <summary>One sentence for a person.</summary>
    public abstract string Describe();

    /// <summary>The capability has no message with this number.</summary>
    public sealed record Unknown(WireCode Code) : WireError
    {
        public override string Describe() => $"{Code} is no message that this node knows.";
    }

    /// <summary>More bytes than this kind of message may have.</summary>
    public sealed record TooLarge(WireCode Code, long Bytes, int Limit) : WireError
    {
        public override string Describe() => $"{Code} has {Bytes} bytes, more than the {Limit} allowed.";
    }

    /// <summary>Not the canonical encoding of such a message, or more items than allowed.</summary>
    public sealed record Malformed(WireCode Code, string Why) : WireError
    {
        public override string Describe() => $"{Code}: {Why}";
    }
}
