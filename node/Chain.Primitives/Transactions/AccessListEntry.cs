namespace Chain.Primitives;

/// <summary>An address and the storage keys under it that a transaction announces (EIP-2930).</summary>
public sealed record AccessListEntry(Address Address, IReadOnlyList<Hash256> StorageKeys);
