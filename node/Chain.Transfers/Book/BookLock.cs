using System.Globalization;
using System.Text;

namespace Chain.Transfers;

/// <summary>
/// Lets one process at a time have the book open. The lock's file also says how long the journal was, so that a journal which
/// lost its end is noticed although the book is lost too. The operating system gives the lock back when its holder ends.
/// </summary>
internal sealed class BookLock : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    // A quarter of a minute: nobody has the book open for longer than a blink.
    private const int Looks = 1_500;

    private readonly FileStream _file;

    private BookLock(FileStream file)
    {
        _file = file;
        var bytes = new byte[64];
        var words = Encoding.Latin1.GetString(bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)))
            .Split(' ');
        if (long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            && ToText(length) == string.Join(' ', words))
            JournalLength = length;
    }

    /// <summary>How long the journal was when it was last written; 0 where that is not known.</summary>
    public long JournalLength { get; private set; }

    /// <summary>Waits for the lock.</summary>
    /// <exception cref="BookException">Another program keeps it, or its file cannot be made.</exception>
    public static BookLock Take(BookFiles files)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        for (var look = 1; ; look++)
        {
            try
            {
                PrivateFolder.Create(Path.GetDirectoryName(files.Lock)!);
                return new BookLock(new FileStream(files.Lock, options));
            }
            catch (IOException e) when (look < Looks && HeldFile.Is(e))
            {
                Thread.Sleep(LookAgain);
            }
            catch (IOException e) when (HeldFile.Is(e))
            {
                throw new BookException($"Another program has had the wallet's book {files.Database} open for "
                    + $"{LookAgain.TotalSeconds * Looks:0} seconds (it holds {files.Lock}). Nothing was signed; try again when "
                        + $"it has ended.", e);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw BookDatabase.CannotUse(files.Database, $"its lock {files.Lock} cannot be made: {e.Message}", e);
            }
        }
    }

    /// <summary>Remembers how long the journal is.</summary>
    public void Remember(long journalLength)
    {
        if (journalLength == JournalLength) return;
        _file.SetLength(0);
        _file.Write(Encoding.Latin1.GetBytes(ToText(journalLength)));
        _file.Flush();
        JournalLength = journalLength;
    }

    public void Dispose() => _file.Dispose();

    private static string ToText(long length)
    {
        var digits = length.ToString("d20", CultureInfo.InvariantCulture);
        return $"{digits} {BookSum.Of(Encoding.Latin1.GetBytes(digits)):x16}";
    }
}
