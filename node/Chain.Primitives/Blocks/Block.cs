namespace Chain.Primitives;

/// <summary>
/// What a block holds beside its header. Withdrawals are null before Shanghai, where the header has no root for them.
/// </summary>
public sealed record BlockBody(IReadOnlyList<Transaction> Transactions, IReadOnlyList<Withdrawal>? Withdrawals)
{
    public static readonly BlockBody Empty = new([], null);

    /// <summary>Writes transactions, (empty) ommers and, where there are any, withdrawals as the items of an open list.</summary>
    public void WriteItemsTo(RlpWriter rlp)
    {
        rlp.StartList();
        foreach (var transaction in Transactions) transaction.WriteTo(rlp);
        rlp.EndList();
        rlp.StartList();
        rlp.EndList();
        if (Withdrawals is null) return;
        rlp.StartList();
        foreach (var withdrawal in Withdrawals) withdrawal.WriteTo(rlp);
        rlp.EndList();
    }

    /// <summary>Reads the rest of a list as transactions, ommers (which must be none) and optional withdrawals.</summary>
    public static BlockBody ReadItems(ref RlpReader rlp)
    {
        var transactionList = rlp.ReadList();
        var transactions = new List<Transaction>(transactionList.CountItems());
        while (!transactionList.IsAtEnd) transactions.Add(Transaction.Read(ref transactionList));
        if (!rlp.ReadList().IsAtEnd) throw new RlpException("A block must have no ommers.");
        if (rlp.IsAtEnd) return new BlockBody(transactions, null);
        var withdrawalList = rlp.ReadList();
        var withdrawals = new List<Withdrawal>(withdrawalList.CountItems());
        while (!withdrawalList.IsAtEnd) withdrawals.Add(Withdrawal.Read(ref withdrawalList));
        rlp.ExpectEnd();
        return new BlockBody(transactions, withdrawals);
    }
}

/// <summary>
/// A header, its body, and the sidecar that a consensus rule lets travel beside the block (docs/formats.md: consensus body
/// and proposer signature); empty under proof of work and opaque to everything but the rule.
/// </summary>
public sealed record Block(SealedHeader Header, BlockBody Body, ReadOnlyMemory<byte> Sidecar)
{
    public Hash256 Hash => Header.Hash;

    public ulong Number => Header.Number;

    /// <summary>The Ethereum block RLP: [header, transactions, ommers, withdrawals?]. The sidecar is not part of it.</summary>
    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        Header.Header.WriteTo(rlp);
        Body.WriteItemsTo(rlp);
        rlp.EndList();
    }

    public static Block Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var header = SealedHeader.Read(ref rlp);
        return new Block(header, BlockBody.ReadItems(ref rlp), ReadOnlyMemory<byte>.Empty);
    }
}
