namespace Chain.Primitives;

/// <summary>A genesis file that cannot be used; the message names the field, its value and what it should be.</summary>
public sealed class GenesisException(string message, Exception? inner = null) : FormatException(message, inner);
