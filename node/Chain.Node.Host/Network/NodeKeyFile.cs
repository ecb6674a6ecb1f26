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
            SecretKeyFile.Create(path, key);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The node key {path} cannot be read or made: {e.Message}";
        }
    }

    /// <summary>A fresh random key.</summary>
    public static PrivateKey Draw() => SecretKeyFile.Draw();

    private static Verdict<PrivateKey, string> Load(string path) => SecretKeyFile.Read(path).IsOk(out var key, out var error)
        ? key
        : $"The node key {path} {error}. Restore it, or delete it to give this node a new identity.";
}
