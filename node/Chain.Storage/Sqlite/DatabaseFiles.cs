using Chain.Node;

namespace Chain.Storage;

/// <summary>
/// Looks at a database's files before SQLite does, which would silently make a new database of what is left of one.
/// </summary>
internal static class DatabaseFiles
{
    private static readonly string[] Logs = ["-wal", "-journal"];

    /// <summary>Whether there is a database to open; false where one is to be made.</summary>
    /// <param name="mark">How far its chain had come, as far as that is known.</param>
    /// <exception cref="StoreException">What is there is the rest of a database, or no file at all.</exception>
    public static bool Exists(string path, HeadMark mark)
    {
        try
        {
            var real = RealPath(path);
            var file = new FileInfo(real);
            if (file is { Exists: true, Length: > 0 }) return true;
            if (Directory.Exists(real))
                throw new StoreException(StoreFailure.Corrupt,
                    $"'{path}' is a folder; the database of a chain is a file of that name. Move it away, or name another data "
                        + $"folder.");
            var log = Logs.Select(ending => real + ending).FirstOrDefault(log =>
                new FileInfo(log) is { Exists: true, Length: > 0 });
            if (file.Exists)
                throw Rest($"'{path}' is empty (0 bytes), "
                    + $"{(log is null ? "which a database never is" : $"but its log '{log}' is not")}", path, mark);
            if (log is not null) throw Rest($"'{path}' is missing, but its log '{log}' is here", path, mark);
            if (new FileInfo(path).LinkTarget is { } target)
                throw new StoreException(StoreFailure.Io,
                    $"'{path}' is a link to '{target}', which does not exist. Is the device that holds it attached? Remove the "
                        + $"link to start a new chain.");
            return false;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io, $"Cannot read '{path}': {problem.Message}", problem);
        }
    }

    /// <summary>Where the file is; SQLite keeps the log there.</summary>
    public static string RealPath(string path) =>
        new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;

    private static StoreException Rest(string what, string path, HeadMark mark)
    {
        var lost = mark.Head is { } head ? $" Its chain had come to block {head.Number}." : "";
        return new StoreException(StoreFailure.Corrupt,
            $"{what}: nothing was touched.{lost} {StoreException.WayOut}; the files beside it whose names begin with "
                + $"'{Path.GetFileName(path)}' belong to it.");
    }
}
