using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// About how many bytes of memory decoded objects take: what the bounds in bytes of <see cref="NodeLimits"/> count.
/// </summary>
public static class BlockSize
{
    private const int HeaderBytes = 1024;
    private const int TransactionBytes = 512;
    private const int WithdrawalBytes = 72;

    /// <summary>A block whole.</summary>
    public static long Of(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        return HeaderBytes + block.Header.Header.ExtraData.Length + Of(block.Body) + block.Sidecar.Length;
    }

    /// <summary>A body.</summary>
    public static long Of(BlockBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Of(body.Transactions) + ((body.Withdrawals?.Count ?? 0) * (long)WithdrawalBytes);
    }

    /// <summary>
    /// Transactions. Their payload counts twice: once as the fields, once as the encoding that is kept beside them.
    /// </summary>
    public static long Of(IReadOnlyList<Transaction> transactions)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        var bytes = 0L;
        foreach (var transaction in transactions) bytes += TransactionBytes + (2L * transaction.Encoded.Length);
        return bytes;
    }
}
