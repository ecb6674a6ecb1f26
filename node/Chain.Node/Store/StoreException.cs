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

/// <summary>A store cannot serve for a reason outside the program. The message says what is wrong, with the values, and what to do.</summary>
public sealed class StoreException(StoreFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public StoreFailure Failure { get; } = failure;
}
