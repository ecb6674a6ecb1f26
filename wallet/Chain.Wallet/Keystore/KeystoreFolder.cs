using System.Globalization;
using System.Text;
using Chain.Primitives;
using Chain.Programs;

namespace Chain.Wallet;

/// <summary>A file of the folder: what it holds, or why it cannot be read.</summary>
public sealed record KeystoreEntry(string Path, Address? Address, KeystoreFile? File, string? Problem)
{
    public string? Name => File?.Name;

    /// <summary>For the user, where it cannot be read: which file, and why.</summary>
    public string Complaint => $"{Path} cannot be used: {Problem}.";
}

/// <summary>A folder of keystore files in geth's layout: UTC--time--address, readable by its owner only.</summary>
public sealed class KeystoreFolder(string path)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Path { get; } = path;

    /// <summary>
    /// Every file that looks like a keystore, in the order of the names; a folder that does not exist is empty.
    /// </summary>
    public IReadOnlyList<KeystoreEntry> List()
    {
        if (!Directory.Exists(Path)) return [];
        var files = Directory.GetFiles(Path).Where(file => !System.IO.Path.GetFileName(file).StartsWith('.')).ToArray();
        Array.Sort(files, StringComparer.Ordinal);
        return Array.ConvertAll(files, ReadEntry);
    }

    /// <summary>Reads one file, wherever it lies.</summary>
    public static KeystoreEntry ReadEntry(string file)
    {
        string json;
        try
        {
            json = SmallFile.ReadText(file, KeystoreFile.MaxBytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new KeystoreEntry(file, AddressInName(file), null, e.Message.TrimEnd('.'));
        }

        return KeystoreFile.Parse(json).IsOk(out var keystore, out var error)
            ? new KeystoreEntry(file, keystore.Address ?? AddressInName(file), keystore, null)
            : new KeystoreEntry(file, AddressInName(file), null, error.Message);
    }

    /// <summary>
    /// Writes a new file, whole or not at all: under a passing name first, flushed to the disk, then renamed. The folder is
    /// made if needed.
    /// </summary>
    /// <returns>The path of the file.</returns>
    public string Add(KeystoreFile keystore, Address address, DateTimeOffset now)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Path);
        else Directory.CreateDirectory(Path, OwnerOnly | UnixFileMode.UserExecute);
        var time = now.UtcDateTime.ToString("yyyy-MM-ddTHH-mm-ss.fffffff00", CultureInfo.InvariantCulture);
        var path = System.IO.Path.Combine(Path, $"UTC--{time}Z--{Convert.ToHexStringLower(address.Bytes)}");
        WriteSecret(path, keystore.ToJson());
        return path;
    }

    /// <summary>Writes a text that only the owner may read; an existing file is never overwritten.</summary>
    public static void WriteSecret(string path, string text)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        var passing = System.IO.Path.Combine(folder, $".{System.IO.Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
            using (var stream = new FileStream(passing, options))
            {
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            File.Move(passing, path, overwrite: false);
        }
        finally
        {
            File.Delete(passing);
        }
    }

    private static Address? AddressInName(string file)
    {
        var name = System.IO.Path.GetFileName(file);
        return name.Length > 42 && name[^42..^40] == "--" && Address.TryParse(name[^40..], out var address) ? address : null;
    }
}
