using Chain.Primitives;

namespace Chain.Execution;

/// <summary>The roots that a header holds over the lists of its block: tries from rlp(index) to the item.</summary>
public static class Roots
{
    public static Hash256 TransactionsRoot(IReadOnlyList<Transaction> transactions)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        var values = new ReadOnlyMemory<byte>[transactions.Count];
        for (var i = 0; i < values.Length; i++) values[i] = transactions[i].Encoded;
        return OrderedTrieRoot.Of(values);
    }

    public static Hash256 ReceiptsRoot(IReadOnlyList<Receipt> receipts)
    {
        ArgumentNullException.ThrowIfNull(receipts);
        return OfEncoded(receipts, 280, static (receipt, rlp) => receipt.EncodeTo(rlp));
    }

    /// <summary>EIP-4895.</summary>
    public static Hash256 WithdrawalsRoot(IReadOnlyList<Withdrawal> withdrawals)
    {
        ArgumentNullException.ThrowIfNull(withdrawals);
        return OfEncoded(withdrawals, 48, static (withdrawal, rlp) => withdrawal.WriteTo(rlp));
    }

    // All items in one buffer: a block has thousands.
    private static Hash256 OfEncoded<T>(IReadOnlyList<T> items, int typicalSize, Action<T, RlpWriter> encode)
    {
        var rlp = new RlpWriter(items.Count * typicalSize);
        var ends = new int[items.Count];
        for (var i = 0; i < ends.Length; i++)
        {
            encode(items[i], rlp);
            ends[i] = rlp.WrittenSpan.Length;
        }

        ReadOnlyMemory<byte> all = rlp.ToArray();
        var values = new ReadOnlyMemory<byte>[ends.Length];
        for (var i = 0; i < values.Length; i++) values[i] = all[(i == 0 ? 0 : ends[i - 1])..ends[i]];
        return OrderedTrieRoot.Of(values);
    }
}
