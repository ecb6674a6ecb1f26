using Chain.Primitives;
using Chain.Programs;

namespace Chain.Storage;

/// <summary>
/// A file that holds one private key and nothing else: 64 hex digits and a line end, readable by its owner only.
/// </summary>
public static class SecretKeyFile
{
    /// <summary>More than a secret or an identity has.</summary>
    public const int LongestBytes = 1024;

    /// <summary>The key; the error says what is wrong with the file, never what is in it.</summary>
    /// <exception cref="IOException">The file cannot be read; so for <see cref="UnauthorizedAccessException"/>.</exception>
    public static Verdict<PrivateKey, string> Read(string path)
    {
        var secret = new byte[PrivateKey.Size];
        if (Hex.TryDecode(SmallFile.ReadText(path, LongestBytes).Trim(), secret, out var written) && written == PrivateKey.Size
            && PrivateKey.TryCreate(secret, out var key))
            return key;
        return "is not 64 hex digits of a valid secret";
    }

    /// <summary>Writes a file that is not there yet, on the device when this returns.</summary>
    /// <exception cref="IOException">There is such a file, or it cannot be written; so for
    /// <see cref="UnauthorizedAccessException"/>.</exception>
    public static void Create(string path, PrivateKey key)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(path, options);
        using var writer = new StreamWriter(stream);
        writer.WriteLine(Convert.ToHexStringLower(key.Secret));
        writer.Flush();
        stream.Flush(flushToDisk: true);
    }
}
