using Chain.Network;
using Chain.Node;
using Chain.Primitives;
using Chain.Programs;
using Chain.Storage;

namespace Chain.Host;

/// <summary>
/// The file that holds a node's identity: its secret as 64 hex digits, readable by its owner only. The node id that follows from
/// it is kept beside it: a digit that changed gives another valid secret, and another node that no peer knows.
/// </summary>
public static class NodeKeyFile
{
    private const string IdEnding = ".id";

    /// <summary>Reads the key, or makes one where there is no file yet. The error says what is wrong with the file.</summary>
    public static Verdict<PrivateKey, string> LoadOrCreate(string path)
    {
        try
        {
            if (File.Exists(path)) return Load(path);
            var key = RandomKey.Draw();
            SecretKeyFile.Create(path, key);
            WriteId(path, key);
            return key;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The node key {path} cannot be read or made: {e.Message}";
        }
    }

    private static Verdict<PrivateKey, string> Load(string path)
    {
        if (!SecretKeyFile.Read(path).IsOk(out var key, out var error))
            return $"The node key {path} {error}. Restore it, or delete it to give this node a new identity.";
        if (!File.Exists(path + IdEnding))
        {
            WriteId(path, key);
            return key;
        }

        if (NodeId.TryParse(SmallFile.ReadText(path + IdEnding, SecretKeyFile.LongestBytes).Trim(), out var known)
            && known == NodeId.Of(key))
            return key;
        return $"The node key {path} and the node id {path}{IdEnding} do not belong together: one of them is damaged or was "
            + $"replaced. Restore the key, or delete {path}{IdEnding} if the key is the right one; delete both to give this "
                + $"node a new identity.";
    }

    private static void WriteId(string path, PrivateKey key)
    {
        var temporary = path + IdEnding + ".new";
        File.WriteAllText(temporary, NodeId.Of(key) + Environment.NewLine);
        File.Move(temporary, path + IdEnding, overwrite: true);
    }
}
