namespace Chain.Node;

/// <summary>What became of a block that was handed in.</summary>
internal abstract record ImportResult
{
    private ImportResult()
    {
    }

    /// <summary>It is in the tree; whether it won is another matter.</summary>
    public sealed record Added(BlockEntry Entry) : ImportResult;

    public sealed record AlreadyKnown : ImportResult;

    /// <summary>Its parent is not here; kept until that comes where there is room.</summary>
    /// <param name="IsPlausible">Whether it may belong to a branch that matters, so that its parent is worth looking for.</param>
    public sealed record Orphan(bool IsPlausible) : ImportResult;

    /// <summary>Its time has not come; kept until then where that is soon and there is room.</summary>
    public sealed record Deferred : ImportResult;

    public sealed record Refused(BlockError Error) : ImportResult;
}
