using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// About how many bytes of memory decoded objects take, which is what the bounds in bytes of <see cref="NodeLimits"/> count, and
/// how many bytes they have at most when they are encoded.
/// </summary>
public static class BlockSize
{
    private const int HeaderBytes = 1024;
    private const int TransactionBytes = 512;
    private const int AccessListEntryBytes = 64;
    private const int WithdrawalBytes = 72;
    private const int ListHeaderBytes = 4;

    /// <summary>A block whole.</summary>
    public static long Of(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return HeaderBytes + block.Header.Header.ExtraData.Length + Of(block.Body) + block.Sidecar.Length;
    }

    /// <summary>The most bytes that a block has in a message, with its sidecar and its weight.</summary>
    public static long Encoded(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        var bytes = (long)HeaderBytes + block.Header.Header.ExtraData.Length + block.Sidecar.Length;
        foreach (var transaction in block.Body.Transactions) bytes += Encoded(transaction);
        return bytes + ((block.Body.Withdrawals?.Count ?? 0) * (long)WithdrawalBytes);
    }

    /// <summary>The most bytes that a transaction has in a block.</summary>
    public static int Encoded(Transaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction.Encoded.Length + ListHeaderBytes;
    }

    /// <summary>A body.</summary>
    public static long Of(BlockBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Of(body.Transactions) + ((body.Withdrawals?.Count ?? 0) * (long)WithdrawalBytes);
    }

    /// <summary>
    /// Transactions. Their payload counts twice: once as the fields, once as the encoding that is kept beside them. Each entry of
    /// an access list is an object of its own.
    /// </summary>
    public static long Of(IReadOnlyList<Transaction> transactions)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        var bytes = 0L;
        foreach (var transaction in transactions)
        {
            bytes += TransactionBytes + (2L * transaction.Encoded.Length)
                + (transaction.AccessList.Count * (long)AccessListEntryBytes);
        }

        return bytes;
    }
}
