namespace Chain.Node;

/// <summary>What became of a block that was handed in.</summary>
internal abstract record ImportResult
{
    private ImportResult()
    {
    }

    /// <summary>It is in the tree; whether it won is another matter.</summary>
    public sealed record Added : ImportResult;

    public sealed record AlreadyKnown : ImportResult;

    /// <summary>Kept until its parent comes.</summary>
    public sealed record Orphan : ImportResult;

    /// <summary>Kept until its time comes.</summary>
    public sealed record Deferred : ImportResult;

    public sealed record Refused(BlockError Error) : ImportResult;
}
