namespace Chain.Storage;

/// <summary>A chain file that cannot be read on: which block, where in the file, and why.</summary>
public sealed class ChainFileException(long blocksRead, long offset, string why, Exception? inner = null)
    : IOException($"The chain file cannot be read after {blocksRead} blocks, by byte {offset}: {why}", inner)
{
    /// <summary>Blocks before the one that cannot be read.</summary>
    public long BlocksRead => blocksRead;

    /// <summary>Where in the file that was found, in bytes.</summary>
    public long Offset => offset;
}
