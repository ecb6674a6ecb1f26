namespace Chain.Node;

/// <summary>Why bytes are no message of the kind that they claim to be.</summary>
public abstract record WireError
{
    private WireError()
    {
    }

    /// <summary>One sentence for a person.</summary>
    public abstract string Describe();

    /// <summary>The capability has no message with this number.</summary>
    public sealed record Unknown(string Kind) : WireError
    {
        public override string Describe() => $"{Kind} is no message that this node knows.";
    }

    /// <summary>More bytes than this kind of message may have.</summary>
    public sealed record TooLarge(string Kind, long Bytes, int Limit) : WireError
    {
        public override string Describe() => $"{Kind} has {Bytes} bytes, more than the {Limit} allowed.";
    }

    /// <summary>Not the canonical encoding of such a message, or more items than allowed.</summary>
    public sealed record Malformed(string Kind, string Why) : WireError
    {
        public override string Describe() => $"{Kind}: {Why}";
    }
}
