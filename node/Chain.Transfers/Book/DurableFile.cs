namespace Chain.Transfers;

/// <summary>
/// A file for LiteDB whose flush reaches the disk. LiteDB empties its log once the log's pages are in the data file; before that
/// the data file is flushed, or a power cut in between would lose both.
/// </summary>
internal sealed class DurableFile : FileStream
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);
    private const int Looks = 500;

    private readonly FileStream? _flushedBefore;

    private DurableFile(string path, FileStreamOptions options, FileStream? flushedBefore)
        : base(path, options) => _flushedBefore = flushedBefore;

    /// <summary>Opens a file that its owner alone may read, and this process alone has open.</summary>
    /// <param name="path">Made where it does not exist.</param>
    /// <param name="flushedBefore">The file that is flushed before this one gets shorter.</param>
    public static DurableFile Open(string path, FileStream? flushedBefore)
    {
        // No buffer: what LiteDB writes is the system's at once, and survives the process.
        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        for (var look = 1; ; look++)
        {
            try
            {
                return new DurableFile(path, options, flushedBefore);
            }
            catch (IOException e) when (look < Looks && HeldFile.Is(e))
            {
                Thread.Sleep(LookAgain);
            }
        }
    }

    public override void Flush() => Flush(flushToDisk: true);

    public override void SetLength(long value)
    {
        if (value < Length) _flushedBefore?.Flush();
        base.SetLength(value);
    }
}
