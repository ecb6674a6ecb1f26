using Chain.Primitives;
using Chain.Programs;

namespace Chain.Wallet;

/// <summary>An account as the user named it: a bare address, one of the keystore, or a development account.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Name">The name by which the user knows it; null for a bare address.</param>
/// <param name="Entry">Its keystore file, if there is one.</param>
/// <param name="DevIndex">Its number among the development accounts, if it is used as one.</param>
public sealed record Account(Address Address, string? Name, KeystoreEntry? Entry, int? DevIndex)
{
    /// <summary>Whether this wallet can sign for it.</summary>
    public bool IsOwn => Entry is not null || DevIndex is not null;

    /// <summary>The address, with the name where there is one.</summary>
    public override string ToString() => Name is null ? Address.ToString() : $"{Address} ({Printable.Field(Name)})";
}
