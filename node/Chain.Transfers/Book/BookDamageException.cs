namespace Chain.Transfers;

/// <summary>The book's file does not hold what was written to it.</summary>
internal sealed class BookDamageException(string message, Exception? inner = null) : Exception(message, inner);
