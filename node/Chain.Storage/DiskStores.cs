using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>The stores on disk, by name.</summary>
public static class DiskStores
{
    public const string Sqlite = "sqlite";
    public const string LiteDb = "litedb";

    /// <summary>What <see cref="Open"/> knows, the usual one first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Sqlite, LiteDb];

    /// <summary>Why there is no store of this name; null when there is.</summary>
    public static string? FindProblem(string name) => Names.Contains(name) ? null
        : $"Unknown store '{name}'; expected {string.Join(" or ", Names)}.";

    /// <summary>Opens the store in a data folder, or makes an empty one.</summary>
    /// <param name="settings">The settings that the chain depends on (<see cref="ChainSettings"/>); null does not compare
    /// them.</param>
    /// <param name="note">Hears what a person should know about the folder although it serves; null for nobody.</param>
    /// <exception cref="StoreException">There is no store of that name, the folder holds one of another name, or the store itself
    /// refuses.</exception>
    public static IChainStore Open(string name, string folder, Hash256 genesis, string? settings = null,
        Action<string>? note = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (FindProblem(name) is { } problem) throw new StoreException(StoreFailure.Unsupported, problem);

        var other = name == Sqlite ? ("chain.litedb", LiteDb) : (SqliteChainStore.FileName, Sqlite);
        if (File.Exists(Path.Combine(folder, other.Item1)))
            throw new StoreException(StoreFailure.Unsupported,
                $"The data folder '{folder}' holds a store of kind {other.Item2}. Name that kind, or another data folder.");
        return name == LiteDb
            ? LiteDbChainStore.Open(folder, genesis, settings)
            : SqliteChainStore.Open(folder, genesis, new SqliteStoreOptions { Settings = settings, Note = note });
    }
}
