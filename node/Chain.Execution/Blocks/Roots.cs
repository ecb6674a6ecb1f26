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
        var values = new ReadOnlyMemory<byte>[receipts.Count];
        for (var i = 0; i < values.Length; i++) values[i] = receipts[i].Encode();
        return OrderedTrieRoot.Of(values);
    }

    /// <summary>EIP-4895.</summary>
    public static Hash256 WithdrawalsRoot(IReadOnlyList<Withdrawal> withdrawals)
    {
        ArgumentNullException.ThrowIfNull(withdrawals);
        var values = new ReadOnlyMemory<byte>[withdrawals.Count];
        var rlp = new RlpWriter(64);
        for (var i = 0; i < values.Length; i++)
        {
            rlp.Clear();
            withdrawals[i].WriteTo(rlp);
            values[i] = rlp.ToArray();
        }

        return OrderedTrieRoot.Of(values);
    }
}
