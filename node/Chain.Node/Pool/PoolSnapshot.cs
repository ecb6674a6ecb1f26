using System.Collections.Immutable;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>A transaction in the pool and when it came.</summary>
/// <param name="Sequence">Order of arrival.</param>
public sealed record PooledTransaction(RecoveredTransaction Recovered, At AddedAt, ulong Sequence);

/// <summary>The pool at one moment; immutable and shared with readers. A sender's transactions are in nonce order.</summary>
public sealed record PoolSnapshot(
    ImmutableDictionary<Hash256, PooledTransaction> ByHash,
    ImmutableSortedDictionary<Address, PooledAccount> BySender)
{
    public static readonly PoolSnapshot Empty = new(ImmutableDictionary<Hash256, PooledTransaction>.Empty, ImmutableSortedDictionary<Address, PooledAccount>.Empty);

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
        PriorityQueue<IEnumerator<PooledTransaction>, (UInt256 NegatedTip, ulong Sequence)> heads, IEnumerator<PooledTransaction> next, UInt256 baseFee)
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
/// <param name="TotalCost">Wei that all of them together may cost at most: what the balance must cover.</param>
/// <param name="Items">By nonce. Those that follow the state nonce without a gap are executable ("pending"), the rest wait ("queued").</param>
public sealed record PooledAccount(ulong StateNonce, UInt256 TotalCost, ImmutableSortedDictionary<ulong, PooledTransaction> Items)
{
    /// <summary>The first nonce at or after the state nonce that no transaction in the pool has.</summary>
    public ulong NextNonce
    {
        get
        {
            // Mostly there is no gap, and then the ends tell.
            if (Items.IsEmpty || Items.Keys.First() != StateNonce) return StateNonce;
            var next = StateNonce;
            foreach (var nonce in Items.Keys)
            {
                if (nonce == next) next++;
                else if (nonce > next) break;
            }

            return next;
        }
    }

    /// <summary>Those that follow the account's nonce without a gap, in order.</summary>
    public IEnumerable<PooledTransaction> Executable()
    {
        var next = StateNonce;
        foreach (var (nonce, pooled) in Items)
        {
            if (nonce != next++) yield break;
            yield return pooled;
        }
    }
}
