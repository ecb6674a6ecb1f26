using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// What happened in the pool. Whatever enters it, by whatever way, is in here, and so is the reason of whatever left it; who
/// tells peers, subscriptions or the store needs to look nowhere else.
/// </summary>
public sealed class PoolChanges
{
    /// <summary>
    /// Became executable for the first time: new, returned by a reorganisation, or promoted because a gap closed. In nonce order
    /// per sender.
    /// </summary>
    public List<RecoveredTransaction> Entered { get; } = [];

    /// <summary>Entered the pool behind a gap in the nonces.</summary>
    public List<RecoveredTransaction> Queued { get; } = [];

    /// <summary>Are in a block of the chain now.</summary>
    public List<Hash256> Mined { get; } = [];

    /// <summary>The steps in the transactions' lives, in the order in which they happened.</summary>
    public List<(Hash256 Hash, TransactionStep Step)> Steps { get; } = [];

    public void Clear()
    {
        Entered.Clear();
        Queued.Clear();
        Mined.Clear();
        Steps.Clear();
    }

    internal void Drop(PooledTransaction pooled, At now, string why) =>
        Steps.Add((pooled.Recovered.Hash, new TransactionStep(TransactionFate.Dropped, now, null, null, why)));
}
