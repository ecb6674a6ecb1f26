using Chain.Rpc.Client;

namespace Chain.Transfers;

/// <summary>The book cannot be read or written, or another process holds it.</summary>
public sealed class BookException(string message, Exception? inner = null) : ClientException(message, inner);

/// <summary>A transfer is not signed or not sent, because another one that was signed before is in its way.</summary>
public sealed class TransferBlockedException(string message) : ClientException(message);
