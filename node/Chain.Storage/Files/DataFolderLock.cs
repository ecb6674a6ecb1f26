using System.Globalization;
using Chain.Node;

namespace Chain.Storage;

/// <summary>
/// Holds a data folder for this process. The system frees it when the process ends, however it ends, so a lock never goes
/// stale; the process id beside it is for the message only.
/// </summary>
public sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _held;

    private DataFolderLock(FileStream held) => _held = held;

    /// <summary>Makes the folder if need be, and takes it.</summary>
    /// <exception cref="StoreException">Another process has it (<see cref="StoreFailure.InUse"/>), or it cannot be made or
    /// written.</exception>
    public static DataFolderLock Take(string folder)
    {
        var pidFile = Path.Combine(folder, "lock.pid");
        try
        {
            Directory.CreateDirectory(folder);
            FileStream held;
            try
            {
                held = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None,
                    bufferSize: 1);
            }
            catch (IOException problem) when (Directory.Exists(folder) && ReadPid(pidFile) is { } holder)
            {
                throw new StoreException(StoreFailure.InUse,
                    $"The data folder '{folder}' is in use by {holder}. Stop that process, or name another data folder.",
                    problem);
            }

            File.WriteAllText(pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new DataFolderLock(held);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io, $"Cannot use the data folder '{folder}': {problem.Message}", problem);
        }
    }

    public void Dispose() => _held.Dispose();

    // The file is for people; one that says something else says nothing.
    private static string? ReadPid(string path)
    {
        const int longest = 20;
        if (!File.Exists(path)) return null;
        return new FileInfo(path).Length <= longest
            && int.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            ? $"process {pid}"
            : "another process";
    }
}
