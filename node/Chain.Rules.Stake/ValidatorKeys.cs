using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Network;
using Chain.Primitives;
using Chain.Storage;

namespace Chain.Rules.Stake;

/// <summary>
/// The validator keys of a node: a folder with one file a key, named by the compressed public key in hex with ".key" behind it,
/// that holds the private key as 64 hex digits and nothing else. Files with other endings are not looked at.
/// </summary>
public static class ValidatorKeys
{
    /// <summary>The folder's name in a node's data folder.</summary>
    public const string FolderName = "validators";

    private const string Ending = ".key";
    private const int NameDigits = 66;

    /// <summary>
    /// All keys in the folder, in the order of their file names; none where there is no folder. The error names the file and what
    /// is wrong with it.
    /// </summary>
    public static Verdict<ValidatorSecret[], string> Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder)) return Array.Empty<ValidatorSecret>();
        var path = folder;
        try
        {
            var secrets = new List<ValidatorSecret>();
            var files = new Dictionary<ValidatorKey, string>();
            foreach (var file in Directory.EnumerateFiles(folder, "*" + Ending).Order(StringComparer.Ordinal))
            {
                path = file;
                if (!SecretKeyFile.Read(file).IsOk(out var key, out var error))
                    return $"The validator key {file} {error}. Restore it, or move it away to go on without it.";
                var secret = new ValidatorSecret(key);
                if (Path.GetFileNameWithoutExtension(file) is { Length: NameDigits } name && name.All(char.IsAsciiHexDigit)
                    && name != NameOf(secret.Key))
                    return $"The validator key {file} holds another key than its name says, {NameOf(secret.Key)}: it is "
                        + $"damaged or misnamed. Restore it, or move it away to go on without it.";
                if (!files.TryAdd(secret.Key, file))
                    return $"The validator keys {files[secret.Key]} and {file} are the same key. Remove one of them.";
                secrets.Add(secret);
            }

            return secrets.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The validator key or folder {path} cannot be read: {e.Message}";
        }
    }

    /// <summary>
    /// Draws a key and keeps it in the folder, which is made if it is not there. Register it with the signing history.
    /// </summary>
    public static Verdict<ValidatorSecret, string> Create(string folder) => Add(folder, RandomKey.Draw());

    /// <summary>Draws keys for a folder that holds none yet. Register them with the signing history.</summary>
    public static Verdict<ValidatorSecret[], string> Create(string folder, int count)
    {
        var keys = new PrivateKey[count];
        for (var i = 0; i < count; i++) keys[i] = Draw();
        return Create(folder, keys);
    }

    /// <summary>Keeps keys in a folder that holds none yet, and is made if it is not there.</summary>
    public static Verdict<ValidatorSecret[], string> Create(string folder, IReadOnlyList<PrivateKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (!Load(folder).IsOk(out var known, out var error)) return error;
        if (known.Length > 0)
            return $"{folder} holds {known.Length} validator keys already. Choose another folder, or move them away.";
        var secrets = new ValidatorSecret[keys.Count];
        for (var i = 0; i < secrets.Length; i++)
        {
            if (!Write(folder, keys[i]).IsOk(out secrets[i]!, out error)) return error;
        }

        return secrets;
    }

    /// <summary>The commitments of the validators' first RANDAO onions, made on all cores.</summary>
    public static Hash256[] Commitments(ValidatorSecret[] secrets, ulong layers)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        var groups = secrets.Chunk(ValidatorSecret.CommitmentsAtOnce).ToArray();
        var commitments = new Hash256[groups.Length][];
        Parallel.For(0, groups.Length, i => commitments[i] = ValidatorSecret.Commitments(groups[i], layers));
        return [.. commitments.SelectMany(group => group)];
    }

    /// <summary>A fresh random key, kept nowhere yet.</summary>
    public static PrivateKey Draw() => RandomKey.Draw();

    /// <summary>Keeps a key in the folder, which is made if it is not there. One that is there already is refused.</summary>
    public static Verdict<ValidatorSecret, string> Add(string folder, PrivateKey key)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Load(folder).IsOk(out var known, out var error)) return error;
        var secret = new ValidatorSecret(key);
        return known.Any(other => other.Key.Equals(secret.Key))
            ? $"{folder} holds the key {secret.Key} already."
            : Write(folder, key);
    }

    /// <summary>The compressed public key as 66 lower-case hex digits: what a key's file is named by.</summary>
    public static string NameOf(ValidatorKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> compressed = stackalloc byte[33];
        Secp256k1.Compress(key.Bytes, compressed);
        return Convert.ToHexStringLower(compressed);
    }

    private static Verdict<ValidatorSecret, string> Write(string folder, PrivateKey key)
    {
        var secret = new ValidatorSecret(key);
        var file = Path.Combine(folder, NameOf(secret.Key) + Ending);
        try
        {
            Directory.CreateDirectory(folder);
            SecretKeyFile.Create(file, key);
            return secret;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"The validator key {file} cannot be made: {e.Message}";
        }
    }
}
