using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// What the last transaction of a sender is worth to a full pool; the least goes first. Whatever waits in front of it counts: it
/// cannot be mined earlier, so that it is worth no more than the cheapest of them, and the more places its sender has, the less.
/// </summary>
/// <param name="IsPayable">Whether it, and all in front of it, offer the next block's base fee.</param>
/// <param name="Tip">Wei per gas that a miner would get; zero where it is not payable.</param>
/// <param name="Shares">The shares of the pool that its sender takes up.</param>
/// <param name="Worth">The tip divided by the shares.</param>
/// <param name="Places">Transactions of the sender.</param>
/// <param name="Sequence">Order of arrival, unique; among equals the latest goes first.</param>
internal readonly record struct PoolRank(
    bool IsPayable, UInt256 Tip, ulong Shares, UInt256 Worth, int Places, ulong Sequence, Address Sender) : IComparable<PoolRank>
{
    public static PoolRank Of(
        PoolLimits limits,
        UInt256 baseFee,
        (UInt256 Fee, UInt256 Tip) price,
        int places,
        long bytes,
        ulong sequence,
        Address sender)
    {
        var isPayable = price.Fee >= baseFee;
        var tip = isPayable ? UInt256.Min(price.Tip, price.Fee - baseFee) : UInt256.Zero;
        var shares = 1 + (ulong)Math.Max((places - 1) / limits.Share, bytes / limits.ShareBytes);
        return new PoolRank(isPayable, tip, shares, tip / shares, places, sequence, sender);
    }

    public int CompareTo(PoolRank other)
    {
        var order = IsPayable.CompareTo(other.IsPayable);
        if (order == 0) order = Worth.CompareTo(other.Worth);
        if (order == 0) order = other.Shares.CompareTo(Shares);
        if (order == 0) order = other.Places.CompareTo(Places);
        return order != 0 ? order : other.Sequence.CompareTo(Sequence);
    }
}
