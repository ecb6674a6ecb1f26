using Chain.Programs;

namespace Chain.Wallet;

/// <summary>Small files that the user names.</summary>
internal static class TextFile
{
    private const int MaxBytes = 64 * 1024;

    /// <summary>The first line without its line break; empty for an empty file.</summary>
    public static string FirstLine(string path, string what)
    {
        var text = Read(path, what);
        var end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }

    /// <exception cref="WalletException"><see cref="ExitCode.Unknown"/>: not there, not readable or far too large.</exception>
    public static string Read(string path, string what)
    {
        try
        {
            return SmallFile.ReadText(path, MaxBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new WalletException(ExitCode.Unknown, $"The {what} {path} cannot be read: {e.Message}");
        }
    }
}
