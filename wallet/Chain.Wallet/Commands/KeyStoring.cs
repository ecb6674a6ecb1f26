using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>Puts a key into the keystore: what `new` and `import` have in common.</summary>
internal static class KeyStoring
{
    /// <summary>Encrypts and writes; says where.</summary>
    /// <exception cref="WalletException">The account is there already.</exception>
    public static string Store(Session session, PrivateKey key, string password, string? name, bool light)
    {
        if (session.Accounts.FileOf(key.Address) is { File: not null } present)
            throw new WalletException(ExitCode.Failed,
                $"{key.Address} is in the keystore already: {present.Path}. Nothing was changed.");
        if (!session.Screen.IsJson) session.Screen.Note("Encrypting the key...");
        var file = KeystoreFile.Create(key, password, light ? KeyDerivation.Light() : KeyDerivation.Standard(), name);
        return session.Folder.Add(file, key.Address, session.Host.Time.GetUtcNow());
    }
}
