using System.Globalization;
using System.Text;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// A small file beside a database that remembers how far its chain had come and, after a stop in good order, a sum over the whole
/// database. It tells what the database itself cannot: that its end is missing, or that bytes of it changed while nobody had it
/// open. It is written after the commit that it speaks of, so it never promises more than there was.
/// </summary>
internal sealed class HeadMark : IDisposable
{
    /// <summary>The file's name in a data folder.</summary>
    public const string FileName = "chain.head";

    // Longer databases take too long to read whole at each start; their records are checked as they are read.
    private const long LongestSummed = 512L << 20;
    private const int Width = 192;

    private readonly string _path;
    private FileStream? _file;

    private HeadMark(string path) => _path = path;

    public string Path => _path;

    /// <summary>The last head; null while none is known.</summary>
    public BlockRef? Head { get; private set; }

    /// <summary>
    /// Length and sum of the database after a stop in good order; null while it is in use, or was left by a crash.
    /// </summary>
    public (long Length, uint Sum)? Closed { get; private set; }

    /// <summary>Whether there is a file that cannot be understood.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>Reads the mark of a data folder. One that is missing or damaged knows nothing.</summary>
    public static HeadMark Load(string folder)
    {
        var mark = new HeadMark(System.IO.Path.Combine(folder, FileName));
        try
        {
            if (!File.Exists(mark._path)) return mark;
            using var file = new FileStream(mark._path, FileMode.Open, FileAccess.Read);
            var bytes = new byte[Width + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            mark.IsDamaged = !mark.TryParse(Encoding.Latin1.GetString(bytes, 0, length));
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io, $"Cannot read '{mark._path}': {problem.Message}", problem);
        }

        return mark;
    }

    /// <summary>Why the database cannot be the one that was closed; null when it can.</summary>
    public string? FindChange(string database)
    {
        if (Closed is not { } closed) return null;
        var length = new FileInfo(database).Length;
        if (length != closed.Length) return $"it has {length} bytes, and {closed.Length} when it was last closed";
        return Crc32C.OfFile(database) == closed.Sum ? null : "bytes of it have changed since it was last closed";
    }

    /// <summary>Remembers a head. Without a flush: an old mark after a power cut knows less, and nothing wrong.</summary>
    public void Set(BlockRef head)
    {
        (Head, Closed) = (head, null);
        Write();
    }

    /// <summary>The database is in use: its sum holds no longer.</summary>
    public void Open()
    {
        Closed = null;
        if (Head is not null) Write();
    }

    /// <summary>The database was closed in good order, its log is in it.</summary>
    public void Close(string database)
    {
        if (Head is null || new FileInfo(database) is not { Exists: true, Length: <= LongestSummed } file) return;
        Closed = (file.Length, Crc32C.OfFile(database));
        Write();
    }

    /// <summary>Forgets what was known: a new chain begins.</summary>
    public void Forget()
    {
        (Head, Closed, IsDamaged) = (null, null, false);
        File.Delete(_path);
    }

    public void Dispose() => _file?.Dispose();

    // One line of fixed width, padded before its sum, so that writing it again in place leaves nothing of the old one behind.
    private void Write()
    {
        var closed = Closed is { } at ? string.Create(CultureInfo.InvariantCulture, $" closed {at.Length} {at.Sum:x8}") : "";
        var text = string.Create(CultureInfo.InvariantCulture, $"head {Head!.Number} {Head.Hash}{closed}").PadRight(Width - 10);
        var line = Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{text} {Crc32C.Of(Encoding.Latin1.GetBytes(text)):x8}\n"));
        _file ??= new FileStream(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _file.SetLength(Width);
        _file.Position = 0;
        _file.Write(line);
    }

    private bool TryParse(string line)
    {
        if (line.Length != Width || line[^1] != '\n') return false;
        var text = line[..(Width - 10)];
        if (line[text.Length..] != string.Create(CultureInfo.InvariantCulture,
            $" {Crc32C.Of(Encoding.Latin1.GetBytes(text)):x8}\n"))
            return false;
        var words = text.TrimEnd().Split(' ');
        if (words is not (["head", _, _] or ["head", _, _, "closed", _, _])) return false;
        if (!ulong.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || !Hash256.TryParse(words[2], out var hash))
            return false;
        Head = new BlockRef(number, hash);
        if (words.Length > 3)
            Closed = (long.Parse(words[4], CultureInfo.InvariantCulture),
                uint.Parse(words[5], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        return true;
    }
}
