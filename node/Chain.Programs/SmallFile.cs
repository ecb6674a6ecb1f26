namespace Chain.Programs;

/// <summary>
/// Reads files that are known to be small, to the end that they have or to a bound: a device or a pipe under the name neither
/// fills memory nor keeps the program waiting.
/// </summary>
public static class SmallFile
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The whole text.</summary>
    /// <param name="path">The file.</param>
    /// <param name="longest">The most bytes that it may have.</param>
    /// <exception cref="IOException">It is longer, does not end, or cannot be read; so for
    /// <see cref="UnauthorizedAccessException"/>.</exception>
    public static string ReadText(string path, int longest)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentOutOfRangeException.ThrowIfNegative(longest);
        var reading = Task.Run(() => Read(path, longest));
        if (((IAsyncResult)reading).AsyncWaitHandle.WaitOne(Patience)) return reading.GetAwaiter().GetResult();
        throw new IOException($"'{path}' did not end within {Patience.TotalSeconds:0} seconds; it may be a pipe.");
    }

    private static string Read(string path, int longest)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var text = new MemoryStream();
        var buffer = new byte[4096];
        while (file.Read(buffer) is var read and > 0)
        {
            text.Write(buffer, 0, read);
            if (text.Length <= longest) continue;
            throw new IOException($"'{path}' is longer than {longest} bytes; another file may be meant.");
        }

        text.Position = 0;
        using var reader = new StreamReader(text);
        return reader.ReadToEnd();
    }
}
