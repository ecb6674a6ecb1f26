using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// One sender's transactions in nonce order: first the pending ones, which follow the account's nonce without a gap, then the
/// queued ones. Sums and lowest prices run along the list, so that a prefix of any length is judged at once.
/// </summary>
internal sealed class PoolSender(Address address, ulong stateNonce)
{
    private readonly List<Entry> _entries = [];
    private ImmutableSortedDictionary<ulong, PooledTransaction> _items = PooledAccount.NoItems;

    public Address Address { get; } = address;

    /// <summary>The account's nonce on the head's state.</summary>
    public ulong StateNonce { get; private set; } = stateNonce;

    public int Count => _entries.Count;

    public int Pending { get; private set; }

    public int Queued => Count - Pending;

    /// <summary>The nonce that would extend the pending ones.</summary>
    public ulong NextNonce => StateNonce + (ulong)Pending;

    public PoolTotals Totals => new(Pending, BytesOf(Pending), Queued, BytesOf(Count) - BytesOf(Pending));

    /// <summary>What the pool's totals hold of this sender.</summary>
    public PoolTotals Counted { get; set; }

    public PooledAccount ToAccount() => new(StateNonce, Pending, _items);

    public PooledTransaction this[int index] => _entries[index].Pooled;

    /// <summary>Wei that the first so many cost at most; what is more than 2^256 counts as that.</summary>
    public UInt256 CostOf(int count) => count == 0 ? UInt256.Zero : _entries[count - 1].CostUpTo;

    public long BytesOf(int count) => count == 0 ? 0 : _entries[count - 1].BytesUpTo;

    /// <summary>The least that any of the first so many offers per gas: none is mined before those in front of it.</summary>
    public (UInt256 Fee, UInt256 Tip) LowestPriceOf(int count) =>
        count == 0 ? (UInt256.MaxValue, UInt256.MaxValue) : (_entries[count - 1].LowestFee, _entries[count - 1].LowestTip);

    /// <summary>Where the nonce is, or would be: then the complement of the index.</summary>
    public int IndexOf(ulong nonce)
    {
        // Most come in order.
        if (_entries.Count == 0 || _entries[^1].Nonce < nonce) return ~_entries.Count;
        var (low, high) = (0, _entries.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var found = _entries[middle].Nonce;
            if (found == nonce) return middle;
            if (found < nonce) low = middle + 1;
            else high = middle - 1;
        }

        return ~low;
    }

    /// <summary>Puts in a transaction, in place of the one with its nonce where there is one.</summary>
    public void Put(PooledTransaction pooled, At now)
    {
        var index = IndexOf(pooled.Recovered.Transaction.Nonce);
        if (index >= 0) _entries[index] = Entry.Of(pooled) with { QueuedSince = _entries[index].QueuedSince };
        else _entries.Insert(~index, Entry.Of(pooled));
        _items = _items.SetItem(pooled.Recovered.Transaction.Nonce, pooled);
        Settle(index >= 0 ? index : ~index, now);
    }

    /// <summary>Puts in many at once, none with a nonce that is there.</summary>
    public void PutAll(IReadOnlyList<PooledTransaction> many, At now)
    {
        if (many.Count == 0) return;
        foreach (var pooled in many)
        {
            _entries.Add(Entry.Of(pooled));
            _items = _items.Add(pooled.Recovered.Transaction.Nonce, pooled);
        }

        _entries.Sort(static (left, right) => left.Nonce.CompareTo(right.Nonce));
        Settle(0, now);
    }

    public PooledTransaction RemoveAt(int index, At now)
    {
        var pooled = _entries[index].Pooled;
        _entries.RemoveAt(index);
        _items = _items.Remove(pooled.Recovered.Transaction.Nonce);
        Settle(index, now);
        return pooled;
    }

    /// <summary>The account's nonce is this one now; answers what it left behind.</summary>
    public List<PooledTransaction> MoveTo(ulong stateNonce, At now)
    {
        var passed = 0;
        while (passed < _entries.Count && _entries[passed].Nonce < stateNonce) passed++;
        var behind = _entries.GetRange(0, passed).ConvertAll(static entry => entry.Pooled);
        if (passed == 0 && stateNonce == StateNonce) return behind;
        _entries.RemoveRange(0, passed);
        _items = _items.RemoveRange(behind.Select(static pooled => pooled.Recovered.Transaction.Nonce));
        StateNonce = stateNonce;
        Settle(0, now);
        return behind;
    }

    /// <summary>Takes out what the predicate names; it is asked in nonce order, with the time of queueing.</summary>
    public List<PooledTransaction> RemoveWhere(Func<PooledTransaction, At?, bool> predicate, At now)
    {
        var removed = new List<PooledTransaction>();
        _entries.RemoveAll(entry =>
        {
            if (!predicate(entry.Pooled, entry.QueuedSince)) return false;
            removed.Add(entry.Pooled);
            return true;
        });
        if (removed.Count == 0) return removed;
        _items = _items.RemoveRange(removed.Select(static pooled => pooled.Recovered.Transaction.Nonce));
        Settle(0, now);
        return removed;
    }

    /// <summary>The pending ones from this index on that were never told of; from now on they were.</summary>
    public void TellFrom(int index, List<RecoveredTransaction> told)
    {
        var entries = CollectionsMarshal.AsSpan(_entries);
        for (var i = index; i < Pending; i++)
        {
            if (entries[i].IsTold) continue;
            entries[i].IsTold = true;
            told.Add(entries[i].Pooled.Recovered);
        }
    }

    /// <summary>Works out the sums and what is pending, where all before this index is as it was.</summary>
    private void Settle(int from, At now)
    {
        var entries = CollectionsMarshal.AsSpan(_entries);
        for (var i = from; i < entries.Length; i++) entries[i].Follow(i == 0 ? Entry.None : entries[i - 1]);
        Pending = Math.Min(Pending, from);
        while (Pending < entries.Length && entries[Pending].Nonce == NextNonce) Pending++;
        for (var i = from; i < entries.Length; i++) entries[i].QueuedSince = i < Pending ? null : entries[i].QueuedSince ?? now;
    }

    private record struct Entry(PooledTransaction Pooled, UInt256 Cost)
    {
        public static readonly Entry None = new() { LowestFee = UInt256.MaxValue, LowestTip = UInt256.MaxValue };

        public readonly ulong Nonce => Pooled.Recovered.Transaction.Nonce;

        public UInt256 CostUpTo { get; private set; }

        public long BytesUpTo { get; private set; }

        public UInt256 LowestFee { get; private set; }

        public UInt256 LowestTip { get; private set; }

        /// <summary>Null for a pending one.</summary>
        public At? QueuedSince { get; set; }

        public bool IsTold { get; set; }

        public static Entry Of(PooledTransaction pooled) =>
            new(pooled, TransactionRules.UpfrontCost(pooled.Recovered.Transaction.Unsigned) ?? UInt256.MaxValue);

        public void Follow(in Entry before)
        {
            var transaction = Pooled.Recovered.Transaction;
            CostUpTo = UInt256.TryAdd(before.CostUpTo, Cost, out var cost) ? cost : UInt256.MaxValue;
            BytesUpTo = before.BytesUpTo + Pooled.Bytes;
            LowestFee = UInt256.Min(before.LowestFee, transaction.MaxFeePerGas);
            LowestTip = UInt256.Min(before.LowestTip, transaction.MaxPriorityFeePerGas);
        }
    }
}
