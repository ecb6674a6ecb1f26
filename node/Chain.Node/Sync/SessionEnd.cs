namespace Chain.Node;

/// <summary>Why a sync session is over.</summary>
internal abstract record SessionEnd
{
    private SessionEnd()
    {
    }

    /// <summary>The leader showed what it claimed.</summary>
    public sealed record Reached : SessionEnd;

    /// <summary>It showed all of it, and it is lighter than our own chain.</summary>
    public sealed record Lighter : SessionEnd;

    /// <summary>The next block is not due yet by our clock, which may be the wrong one.</summary>
    public sealed record NotDueYet : SessionEnd;

    /// <summary>The branch leaves ours below what is final.</summary>
    /// <param name="Error">What was found; null where it was known of the leader before.</param>
    public sealed record CutOff(BlockError? Error) : SessionEnd;

    /// <summary>It was slow, and another peer waits.</summary>
    public sealed record GivenWay : SessionEnd;

    /// <summary>No answer, or a chain that changed on the way: it happens to honest peers, but not again and again.</summary>
    public sealed record GivenUp : SessionEnd;

    /// <summary>The leader could not show what it claimed, or contradicted itself.</summary>
    public sealed record Failed(PeerOffence Offence) : SessionEnd;
}
