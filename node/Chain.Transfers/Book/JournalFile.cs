using System.Text;

namespace Chain.Transfers;

/// <summary>
/// The journal's file: lines that are only ever appended, each flushed to the disk, readable by its owner only. Whoever uses it
/// holds the book's lock; a program that knows no book is kept away by the file itself.
/// </summary>
internal sealed class JournalFile(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MaxBytes = 512 * 1024 * 1024;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);
    private const int Looks = 500;

    public string Path => path;

    public bool Exists => File.Exists(path) || Directory.Exists(path);

    /// <summary>Bytes in the file; 0 where there is none.</summary>
    public long Length => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>The whole file; nothing where there is none.</summary>
    /// <exception cref="BookException">The file cannot be read.</exception>
    public byte[] Read() => !Exists ? [] : Guard(() =>
    {
        using var file = Open(FileAccess.Read, FileShare.Read);
        if (file.Length > MaxBytes) throw new IOException($"it is larger than {MaxBytes / (1024 * 1024)} MiB");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    });

    /// <summary>Makes sure that lines can be appended.</summary>
    /// <exception cref="BookException">They cannot.</exception>
    public void RequireWritable() => Guard(() =>
    {
        using var file = OpenForWriting();
        return 0;
    });

    /// <summary>Appends lines; when this returns they are on the disk.</summary>
    /// <returns>The bytes that were written.</returns>
    /// <exception cref="BookException">They could not be written.</exception>
    public byte[] Append(IEnumerable<string> lines) => Guard(() =>
    {
        using var file = OpenForWriting();

        // A line that a crash cut short is kept apart from these.
        file.Seek(0, SeekOrigin.End);
        var isCut = false;
        if (file.Position > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            isCut = file.ReadByte() != '\n';
        }

        var bytes = Encoding.UTF8.GetBytes((isCut ? "\n" : "") + string.Concat(lines.Select(line => line + "\n")));
        file.Write(bytes);
        file.Flush(flushToDisk: true);
        if (file.Length != file.Position) throw new IOException("it does not keep what is written to it");
        return bytes;
    });

    // Alone while it writes: two appends at once would be over each other.
    private FileStream OpenForWriting()
    {
        PrivateFolder.Create(System.IO.Path.GetDirectoryName(path)!);
        return Open(FileAccess.ReadWrite, FileShare.None);
    }

    private FileStream Open(FileAccess access, FileShare share)
    {
        var mode = access == FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate;
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows() && access != FileAccess.Read) options.UnixCreateMode = OwnerOnly;
        for (var look = 1; ; look++)
        {
            try
            {
                return new FileStream(path, options);
            }
            catch (IOException e) when (look < Looks && HeldFile.Is(e))
            {
                // Another program is at it.
                Thread.Sleep(LookAgain);
            }
        }
    }

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new BookException(
                $"The journal of signed transfers {path} cannot be used: {e.Message.TrimEnd('.')}. Nothing is signed without "
                    + $"it: make it a file that you can write, or name another with {BookFiles.JournalVariable}.", e);
        }
    }
}
