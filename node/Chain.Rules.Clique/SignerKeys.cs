using Chain.Network;
using Chain.Primitives;
using Chain.Storage;

namespace Chain.Rules.Clique;

/// <summary>
/// The keys of a node's signers: a folder with one file a key, named by the account with ".key" behind it, that holds the private
/// key as 64 hex digits and nothing else. Files with other endings are not looked at.
/// </summary>
public static class SignerKeys
{
    /// <summary>The folder's name in a node's data folder.</summary>
    public const string FolderName = "signers";

    private const string Ending = ".key";

    /// <summary>
    /// All keys in the folder, in the order of their file names; none where there is no folder. The error names the file and what
    /// is wrong with it.
    /// </summary>
    public static Verdict<PrivateKey[], string> Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder)) return Array.Empty<PrivateKey>();
        var path = folder;
        try
        {
            var keys = new List<PrivateKey>();
            foreach (var file in Directory.EnumerateFiles(folder, "*" + Ending).Order(StringComparer.Ordinal))
            {
                path = file;
                if (!SecretKeyFile.Read(file).IsOk(out var key, out var error))
                    return $"The signer key {file} {error}. Restore it, or move it away to go on without it.";
                if (Address.TryParse(Path.GetFileNameWithoutExtension(file), out var named) && named != key.Address)
                    return $"The signer key {file} is the key of {key.Address}: it is damaged or misnamed. Restore it, or "
                        + $"move it away to go on without it.";
                if (keys.Exists(other => other.Address == key.Address))
                    return $"The signer key {file} is of {key.Address}, as another file is. Remove one of them.";
                keys.Add(key);
            }

            return keys.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The signer key or folder {path} cannot be read: {e.Message}";
        }
    }

    /// <summary>A new key, from the system's random numbers.</summary>
    public static PrivateKey Draw() => RandomKey.Draw();

    /// <summary>Draws keys for a folder that holds none yet, and is made if it is not there.</summary>
    public static Verdict<PrivateKey[], string> Create(string folder, int count)
    {
        var keys = new PrivateKey[count];
        for (var i = 0; i < count; i++) keys[i] = Draw();
        return Save(folder, keys) is { } error ? error : keys;
    }

    /// <summary>
    /// Writes keys into a folder that holds none yet, and is made if it is not there. What is wrong, or null when they are saved.
    /// </summary>
    public static string? Save(string folder, IReadOnlyList<PrivateKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (!Load(folder).IsOk(out var known, out var error)) return error;
        if (known.Length > 0)
            return $"{folder} holds {known.Length} signer keys already. Choose another folder, or move them away.";
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var key in keys) SecretKeyFile.Create(Path.Combine(folder, NameOf(key.Address) + Ending), key);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The signer keys in {folder} cannot be made: {e.Message}";
        }
    }

    /// <summary>An account as key files are named: 0x and 40 lower-case digits.</summary>
    public static string NameOf(Address account) => Hex.Encode(account.Bytes);
}
