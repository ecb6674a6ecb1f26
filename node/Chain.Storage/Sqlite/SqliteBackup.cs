using Chain.Node;

namespace Chain.Storage;

/// <summary>Copies a store in use to a new file: SQLite's online backup of what one reader sees.</summary>
internal static class SqliteBackup
{
    /// <param name="progress">Pages copied, and pages in all.</param>
    /// <exception cref="StoreException">The file exists, or cannot be written; a partial copy is removed.</exception>
    public static void Write(Func<SqliteChainReader> openReader, string path, Action<long, long>? progress,
        CancellationToken cancellation)
    {
        if (Path.Exists(path))
            throw new StoreException(StoreFailure.Io,
                $"'{path}' exists. Name a file that does not: a backup overwrites nothing.");
        var partial = path + ".part";
        try
        {
            File.Delete(partial);
            using (var reader = openReader())
            using (var copy = new SqliteDatabase(partial, readOnly: false))
            {
                reader.BackupTo(copy, progress, cancellation);
            }

            File.Move(partial, path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io, $"Cannot back up to '{path}': {problem.Message}", problem);
        }
        finally
        {
            if (File.Exists(partial)) File.Delete(partial);
        }
    }
}
