namespace Chain.Consensus.Stake;

/// <summary>How far a signing history reaches: what a key signed later than this, the history does not know.</summary>
/// <param name="LastSlot">The latest slot for which a block was signed, or below which blocks are refused; null for none.</param>
/// <param name="LastTarget">The latest target epoch of a vote, or below which votes are refused; null for none.</param>
public readonly record struct SigningPast(Slot? LastSlot, Epoch? LastTarget)
{
    /// <summary>A history that lacks nothing, whatever the chain shows.</summary>
    public static SigningPast Complete { get; } = new(new Slot(ulong.MaxValue), Epoch.FarFuture);

    /// <summary>Whether the history ends before a message of its key.</summary>
    public bool Lacks(OwnMessage message) => message.Target is { } target
        ? LastTarget is not { } lastTarget || target > lastTarget
        : LastSlot is not { } lastSlot || message.Slot > lastSlot;
}

/// <summary>A block or a vote, as far as it says when its key was at work.</summary>
/// <param name="Slot">The slot of the block or of the vote.</param>
/// <param name="Target">The target epoch of a vote; null for a block.</param>
public readonly record struct OwnMessage(Slot Slot, Epoch? Target)
{
    public override string ToString() => Target is { } target ? $"a vote in {Slot} for {target}" : $"a block for {Slot}";
}
