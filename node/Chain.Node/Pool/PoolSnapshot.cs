using System.Collections.Immutable;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>A transaction in the pool and when it came.</summary>
/// <param name="Sequence">Order of arrival.</param>
public sealed record PooledTransaction(RecoveredTransaction Recovered, At AddedAt, ulong Sequence)
{
    /// <summary>Encoded bytes.</summary>
    public int Bytes => Recovered.Transaction.Encoded.Length;
}

/// <summary>Transactions and their encoded bytes: executable ones ("pending") and those behind a nonce gap ("queued").</summary>
public readonly record struct PoolTotals(int Pending, long PendingBytes, int Queued, long QueuedBytes)
{
    internal PoolTotals Plus(PoolTotals after, PoolTotals before) => new(
        Pending + after.Pending - before.Pending,
        PendingBytes + after.PendingBytes - before.PendingBytes,
        Queued + after.Queued - before.Queued,
        QueuedBytes + after.QueuedBytes - before.QueuedBytes);
}

/// <summary>The pool at one moment; immutable and shared with readers. A sender's transactions are in nonce order.</summary>
public sealed record PoolSnapshot(
    ImmutableDictionary<Hash256, PooledTransaction> ByHash,
    ImmutableSortedDictionary<Address, PooledAccount> BySender,
    PoolTotals Totals)
{
    public static readonly PoolSnapshot Empty = new(
        ImmutableDictionary<Hash256, PooledTransaction>.Empty, ImmutableSortedDictionary<Address, PooledAccount>.Empty, default);

    /// <summary>
    /// The executable transactions at this base fee, best payers first, each sender's in nonce order; those that offer less
    /// than the base fee stay behind.
    /// </summary>
    public IEnumerable<RecoveredTransaction> BestFirst(UInt256 baseFee)
    {
        var heads = new PriorityQueue<IEnumerator<PooledTransaction>, (UInt256 NegatedTip, ulong Sequence)>();
        foreach (var account in BySender.Values) Enqueue(heads, account.Executable().GetEnumerator(), baseFee);
        while (heads.TryDequeue(out var next, out _))
        {
            yield return next.Current.Recovered;
            Enqueue(heads, next, baseFee);
        }
    }

    private static void Enqueue(
        PriorityQueue<IEnumerator<PooledTransaction>, (UInt256 NegatedTip, ulong Sequence)> heads,
        IEnumerator<PooledTransaction> next, UInt256 baseFee)
    {
        if (!next.MoveNext() || next.Current.Recovered.Transaction.MaxFeePerGas < baseFee)
        {
            next.Dispose();
            return;
        }

        var tip = next.Current.Recovered.Transaction.EffectivePriorityFee(baseFee);
        heads.Enqueue(next, (UInt256.MaxValue - tip, next.Current.Sequence));
    }
}

/// <summary>One sender's transactions.</summary>
/// <param name="StateNonce">The account's nonce on the head's state.</param>
/// <param name="Pending">How many of them, from the first, follow the state nonce without a gap.</param>
/// <param name="Items">By nonce: the pending ones, then the queued ones.</param>
public sealed record PooledAccount(ulong StateNonce, int Pending, ImmutableSortedDictionary<ulong, PooledTransaction> Items)
{
    internal static readonly ImmutableSortedDictionary<ulong, PooledTransaction> NoItems =
        ImmutableSortedDictionary<ulong, PooledTransaction>.Empty;

    /// <summary>The first nonce at or after the state nonce that no transaction in the pool has.</summary>
    public ulong NextNonce => StateNonce + (ulong)Pending;

    /// <summary>Those that follow the account's nonce without a gap, in order.</summary>
    public IEnumerable<PooledTransaction> Executable() => Items.Values.Take(Pending);

    /// <summary>Those behind a gap, in order.</summary>
    public IEnumerable<PooledTransaction> Queued() => Items.Values.Skip(Pending);
}
