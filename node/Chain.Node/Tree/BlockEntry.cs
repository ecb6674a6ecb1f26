using Chain.Primitives;

namespace Chain.Node;

/// <summary>A block of the tree in memory. The body is kept while the block is recent or not yet executed.</summary>
internal sealed class BlockEntry(SealedHeader header, BlockRecord record)
{
    public SealedHeader Header { get; } = header;

    public BlockRecord Record { get; private set; } = record;

    public BlockStatus Status
    {
        get => Record.Status;
        set => Record = Record with { Status = value };
    }

    /// <summary>Why it turned out invalid; null where it did not, or did before a restart.</summary>
    public BlockError? Fault { get; set; }

    public Hash256 Hash => Header.Hash;

    public ulong Number => Header.Number;

    public UInt256 TotalDifficulty => Record.TotalDifficulty;

    public BlockRef Ref => new(Number, Hash);
}
