namespace Chain.Storage;

/// <summary>The bounds of a SQLite store.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The most bytes of recent trie nodes kept in memory.</summary>
    public int NodeCacheBytes { get; init; } = 16 << 20;

    /// <summary>
    /// From so many index entries in memory on, maintenance writes them to their tables. An entry takes about 50 bytes.
    /// </summary>
    public int IndexEntriesToFlush { get; init; } = 1 << 16;

    /// <summary>At so many a commit waits until they are written.</summary>
    public int MaxIndexEntries { get; init; } = 1 << 18;

    /// <summary>From so many bytes of write-ahead log on, maintenance copies it into the database file.</summary>
    public long LogBytesToCheckpoint { get; init; } = 4 << 20;

    /// <summary>At so many a commit waits until the log is copied, so that the next one starts it anew.</summary>
    public long MaxLogBytes { get; init; } = 256 << 20;

    /// <summary>Read-only connections kept for the next reader.</summary>
    public int IdleReaders { get; init; } = 4;

    /// <summary>
    /// A database of at most so many bytes that was not closed in good order is checked whole before it is used; a longer one
    /// record by record as it is read.
    /// </summary>
    public long MaxBytesToCheck { get; init; } = 64L << 20;

    /// <summary>The settings that the chain depends on (<see cref="ChainSettings"/>); null does not compare them.</summary>
    public string? Settings { get; init; }

    /// <summary>Hears what a person should know about the folder although it serves; null for nobody.</summary>
    public Action<string>? Note { get; init; }

    /// <summary>The most pages that the database may have; 0 for no bound. Lets a test fill the disk.</summary>
    internal int MaxPages { get; init; }
}
