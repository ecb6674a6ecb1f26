using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Who gives way when the pool is full: always the last transaction of a sender, so that none that stays loses the one in
/// front of it. Made when it is needed first and kept from then on, until another base fee makes other ranks. What waits behind a
/// gap offers a price that nobody may ever have to pay: there only counts how much its sender has, and who came first.
/// </summary>
/// <param name="queued">Whether it is about the queued transactions; else about the pending ones.</param>
internal sealed class EvictionOrder(PoolLimits limits, bool queued)
{
    private static readonly (UInt256 Fee, UInt256 Tip) NoPrice = (UInt256.Zero, UInt256.Zero);

    private readonly SortedSet<PoolRank> _ranks = [];
    private readonly Dictionary<Address, PoolRank> _rankOf = [];
    private UInt256? _baseFee;

    public bool IsOfQueued => queued;

    /// <summary>Whose last transaction goes first; ask only where there are any.</summary>
    public Address Worst => _ranks.Min.Sender;

    /// <summary>Makes the order for this base fee, unless it is that already.</summary>
    public void Prepare(UInt256 baseFee, IEnumerable<PoolSender> senders)
    {
        if (_baseFee == baseFee) return;
        Forget();
        _baseFee = baseFee;
        foreach (var sender in senders) Update(sender);
    }

    public void Forget()
    {
        _baseFee = null;
        _ranks.Clear();
        _rankOf.Clear();
    }

    /// <summary>The sender's transactions have changed.</summary>
    public void Update(PoolSender sender)
    {
        if (_baseFee is null) return;
        if (_rankOf.Remove(sender.Address, out var old)) _ranks.Remove(old);
        if (RankOf(sender, skip: 0) is not { } rank) return;
        _ranks.Add(rank);
        _rankOf.Add(sender.Address, rank);
    }

    /// <summary>The rank that a transaction would have in this place of its sender's list.</summary>
    public PoolRank RankOf(PoolSender sender, int index, Transaction transaction, ulong sequence)
    {
        var before = queued ? sender.Pending : 0;
        var (fee, tip) = sender.LowestPriceOf(index);
        var (offeredFee, offeredTip) = (transaction.MaxFeePerGas, transaction.MaxPriorityFeePerGas);
        var price = queued ? NoPrice : (UInt256.Min(fee, offeredFee), UInt256.Min(tip, offeredTip));
        var bytes = sender.BytesOf(index) - sender.BytesOf(before) + transaction.Encoded.Length;
        return PoolRank.Of(limits, _baseFee!.Value, price, index - before + 1, bytes, sequence, sender.Address);
    }

    /// <summary>
    /// Who gives way to a candidate that needs so much room: each sender with the number of its last transactions. Answers the
    /// rank that the candidate does not beat instead, where there is one, or its own sender comes first.
    /// </summary>
    public PoolRank? Choose(
        PoolRank candidate, int places, long bytes, Func<Address, PoolSender> find, List<(PoolSender Sender, int Count)> victims)
    {
        var deeper = new PriorityQueue<int, PoolRank>();
        using var ranks = _ranks.GetEnumerator();
        var more = ranks.MoveNext();
        while (places > 0 || bytes > 0)
        {
            var isDeeper = deeper.TryPeek(out var victim, out var worst) && (!more || worst.CompareTo(ranks.Current) < 0);
            if (!isDeeper && !more) return candidate;
            if (!isDeeper) worst = ranks.Current;
            if (worst.Sender == candidate.Sender || candidate.CompareTo(worst) <= 0) return worst;
            if (isDeeper)
            {
                deeper.Dequeue();
            }
            else
            {
                more = ranks.MoveNext();
                victim = victims.Count;
                victims.Add((find(worst.Sender), 0));
            }

            var (sender, skipped) = victims[victim];
            bytes -= sender[End(sender) - skipped - 1].Bytes;
            places--;
            victims[victim] = (sender, skipped + 1);
            if (RankOf(sender, skipped + 1) is { } next) deeper.Enqueue(victim, next);
        }

        return null;
    }

    private int End(PoolSender sender) => queued ? sender.Count : sender.Pending;

    private PoolRank? RankOf(PoolSender sender, int skip)
    {
        var before = queued ? sender.Pending : 0;
        var end = End(sender) - skip;
        if (end <= before) return null;
        var (price, bytes) = (queued ? NoPrice : sender.LowestPriceOf(end), sender.BytesOf(end) - sender.BytesOf(before));
        return PoolRank.Of(limits, _baseFee!.Value, price, end - before, bytes, sender[end - 1].Sequence, sender.Address);
    }
}
