using System.Security.Cryptography;
using Chain.Primitives;

namespace Chain.Node.Host.Network;

/// <summary>The file that holds a node's identity: its secret as 64 hex digits, readable by its owner only.</summary>
public static class NodeKeyFile
{
    /// <summary>Reads the key, or makes one where there is no file yet. The error says what is wrong with the file.</summary>
    public static Verdict<PrivateKey, string> LoadOrCreate(string path)
    {
        try
        {
            if (File.Exists(path)) return Load(path);
            var key = Draw();
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var writer = new StreamWriter(path, options);
            writer.WriteLine(Convert.ToHexStringLower(key.Secret));
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The node key {path} cannot be read or made: {e.Message}";
        }
    }

    /// <summary>A fresh random key.</summary>
    public static PrivateKey Draw()
    {
        while (true)
        {
            if (PrivateKey.TryCreate(RandomNumberGenerator.GetBytes(PrivateKey.Size), out var key)) return key;
        }
    }

    private static Verdict<PrivateKey, string> Load(string path)
    {
        var secret = new byte[PrivateKey.Size];
        var text = File.ReadAllText(path).Trim();
        if (Hex.TryDecode(text, secret, out var written) && written == PrivateKey.Size && PrivateKey.TryCreate(secret, out var key)) return key;
        return $"The node key {path} is not 64 hex digits of a valid secret. Restore it, or delete it to give this node a new identity.";
    }
}
