namespace Chain.Node;

/// <summary>What kept a store from serving.</summary>
public enum StoreFailure
{
    /// <summary>It holds the chain of another genesis block.</summary>
    OtherGenesis,

    /// <summary>A newer program wrote it.</summary>
    NewerSchema,

    /// <summary>Another process has it open.</summary>
    InUse,

    /// <summary>It is no store of ours, or it is damaged.</summary>
    Corrupt,

    /// <summary>No room on the device.</summary>
    DiskFull,

    /// <summary>The device or the file system refused to read or write.</summary>
    Io,

    /// <summary>This program cannot keep a store of the kind asked for in this place.</summary>
    Unsupported,

    /// <summary>A simulated crash (<see cref="InMemoryChainStore"/>).</summary>
    Crashed,
}

/// <summary>
/// A store cannot serve for a reason outside the program. The message says what is wrong, with the values, and what to do.
/// </summary>
public sealed class StoreException(StoreFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What a person can do about a damaged store, as the end of a message.</summary>
    public const string WayOut = "Restore a backup, import an exported chain (`chain node import`) into a new data folder, or "
        + "delete the database to synchronize it from peers again";

    public StoreFailure Failure { get; } = failure;

    /// <summary>Something is missing that what is here refers to.</summary>
    /// <param name="what">What it is, with its key.</param>
    public static StoreException Missing(string what) =>
        new(StoreFailure.Corrupt, $"The store is damaged: it lacks {what}. {WayOut}.");
}
