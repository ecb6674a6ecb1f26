using System.Collections.Immutable;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>The head as the pool needs to see it.</summary>
/// <param name="AccountOf">An account on the head's state; null where there is none.</param>
public sealed record PoolHead(Func<Address, Account?> AccountOf, UInt256 NextBaseFee, ulong GasLimit);

/// <summary>
/// Transactions that wait for a block: in nonce order per sender, replaced for a higher price, evicted by price when full,
/// dropped when they expire, checked again when the head moves.
/// </summary>
public sealed class TransactionPool(PoolLimits limits, ulong chainId, NativeContracts natives)
{
    // Cheapest first; among equals the latest goes first.
    private readonly SortedSet<(UInt256 Price, ulong NegatedSequence, Hash256 Hash)> _byPrice = [];
    private ulong _nextSequence;

    /// <summary>The pool as it is now.</summary>
    public PoolSnapshot Snapshot { get; private set; } = PoolSnapshot.Empty;

    public int Count => Snapshot.ByHash.Count;

    public bool Contains(Hash256 hash) => Snapshot.ByHash.ContainsKey(hash);

    /// <summary>Takes a transaction, or says why not. What it pushes out is reported as steps.</summary>
    public PoolError? Add(RecoveredTransaction recovered, PoolHead head, At now, List<(Hash256 Hash, TransactionStep Step)> steps)
    {
        var transaction = recovered.Transaction;
        if (Contains(transaction.Hash)) return new PoolError.AlreadyKnown(transaction.Hash);
        if (transaction.Encoded.Length > limits.TransactionBytes) return new PoolError.TooLarge(transaction.Encoded.Length, limits.TransactionBytes);
        if (CheckRules(recovered, head, out var account) is { } invalid) return new PoolError.Invalid(invalid);

        var stateNonce = account?.Nonce ?? 0;
        var waiting = Snapshot.BySender.GetValueOrDefault(recovered.Sender)
            ?? new PooledAccount(stateNonce, UInt256.Zero, ImmutableSortedDictionary<ulong, PooledTransaction>.Empty);
        if (transaction.Nonce - stateNonce > (ulong)limits.NonceGap) return new PoolError.NonceTooFarAhead(transaction.Nonce, stateNonce, limits.NonceGap);
        var replaced = waiting.Items.GetValueOrDefault(transaction.Nonce);
        if (replaced is not null && Underbids(transaction, replaced.Recovered.Transaction) is { } underbid) return underbid;
        if (replaced is null && waiting.Items.Count >= limits.PerAccount) return new PoolError.AccountLimit(limits.PerAccount);
        if (CheckTotalFunds(transaction, replaced, waiting, account) is { } overshot) return new PoolError.Invalid(overshot);
        if (replaced is null && Count >= limits.Transactions && MakeRoom(transaction, recovered.Sender, now, steps) is { } underpriced) return underpriced;

        if (replaced is not null)
        {
            Forget(replaced);
            steps.Add((replaced.Recovered.Hash, new TransactionStep(TransactionFate.Replaced, now, null, transaction.Hash, "a transaction with the same nonce and a higher price took its place")));
        }

        waiting = Snapshot.BySender.GetValueOrDefault(recovered.Sender) ?? new PooledAccount(stateNonce, UInt256.Zero, ImmutableSortedDictionary<ulong, PooledTransaction>.Empty);
        Put(new PooledTransaction(recovered, now, _nextSequence++), waiting);
        return null;
    }

    /// <summary>
    /// The executable transactions at this base fee, best payers first, each sender's in nonce order; those that offer less
    /// than the base fee stay behind.
    /// </summary>
    public IEnumerable<RecoveredTransaction> Best(UInt256 baseFee) => Snapshot.BestFirst(baseFee);

    /// <summary>
    /// Follows the head: what the added blocks hold leaves, what the removed blocks held and nobody mined again comes back, and
    /// every transaction that the new state makes impossible is dropped with the reason.
    /// </summary>
    /// <param name="removed">Transactions of blocks that left the chain, with their block.</param>
    /// <param name="added">Transactions of blocks that joined it, with their block.</param>
    /// <returns>How many came back, and how many can never be mined again because another took their nonce.</returns>
    public (int Returned, int Conflicting) OnHeadChanged(
        IReadOnlyList<(RecoveredTransaction Transaction, BlockRef Block)> removed,
        IReadOnlyList<(RecoveredTransaction Transaction, BlockRef Block)> added,
        PoolHead head,
        At now,
        List<(Hash256 Hash, TransactionStep Step)> steps)
    {
        var mined = new Dictionary<(Address, ulong), RecoveredTransaction>();
        var minedIn = new Dictionary<Hash256, BlockRef>();
        foreach (var (transaction, block) in added)
        {
            mined[(transaction.Sender, transaction.Transaction.Nonce)] = transaction;
            minedIn[transaction.Hash] = block;
        }

        foreach (var (transaction, _) in added)
        {
            if (Snapshot.ByHash.TryGetValue(transaction.Hash, out var pooled)) Forget(pooled);
        }

        var (returned, conflicting) = (0, 0);
        foreach (var (transaction, block) in removed)
        {
            steps.Add((transaction.Hash, new TransactionStep(TransactionFate.Orphaned, now, block, null, $"block {block.Number} was reorganised away")));
            if (minedIn.TryGetValue(transaction.Hash, out var again))
            {
                steps.Add((transaction.Hash, new TransactionStep(TransactionFate.Mined, now, again, null, "mined again on the new branch")));
            }
            else if (mined.TryGetValue((transaction.Sender, transaction.Transaction.Nonce), out var rival))
            {
                conflicting++;
                steps.Add((transaction.Hash, Conflict(now, rival.Hash)));
            }
            else if (Add(transaction, head, now, steps) is not { } error)
            {
                returned++;
                steps.Add((transaction.Hash, new TransactionStep(TransactionFate.Pending, now, null, null, "back in the pool")));
            }
            else if (error is not PoolError.AlreadyKnown)
            {
                steps.Add((transaction.Hash, new TransactionStep(TransactionFate.Dropped, now, null, null, PoolErrorText.Of(error))));
            }
        }

        var senders = removed.Count > 0
            ? Snapshot.BySender.Keys.ToList()
            : added.Select(item => item.Transaction.Sender).Distinct().Where(Snapshot.BySender.ContainsKey).ToList();
        foreach (var sender in senders) conflicting += Revalidate(sender, head, mined, now, steps);
        return (returned, conflicting);
    }

    /// <summary>Drops what has waited too long.</summary>
    public void Expire(At now, List<(Hash256 Hash, TransactionStep Step)> steps)
    {
        foreach (var pooled in Snapshot.ByHash.Values.Where(pooled => now.Since(pooled.AddedAt) > limits.LifetimeMs).OrderBy(pooled => pooled.Sequence).ToList())
        {
            Forget(pooled);
            steps.Add((pooled.Recovered.Hash, new TransactionStep(TransactionFate.Dropped, now, null, null, $"waited in the pool for more than {limits.LifetimeMs / 60_000} minutes")));
        }
    }

    private static TransactionStep Conflict(At now, Hash256 rival) =>
        new(TransactionFate.Conflicting, now, null, rival, $"transaction {rival} of the same sender and nonce was mined");

    private TransactionError? CheckRules(RecoveredTransaction recovered, PoolHead head, out Account? account)
    {
        var fields = recovered.Transaction.Unsigned;
        account = null;
        if (TransactionRules.CheckStateless(fields, chainId) is { } malformed) return malformed;
        if (TransactionRules.CheckAgainstBlock(fields, head.GasLimit, UInt256.Zero) is { } tooMuchGas) return tooMuchGas;
        account = head.AccountOf(recovered.Sender);
        if (TransactionRules.CheckNonce(fields, account) is TransactionError.NonceTooLow tooLow) return tooLow;
        return TransactionRules.CheckFunds(fields, account)
            ?? TransactionRules.CheckSender(recovered.Sender, account)
            ?? TransactionRules.CheckRecipient(fields.To!.Value, head.AccountOf(fields.To.Value), natives);
    }

    /// <summary>The balance must cover all that the sender has waiting.</summary>
    private static TransactionError.InsufficientFunds? CheckTotalFunds(Transaction transaction, PooledTransaction? replaced, PooledAccount waiting, Account? account)
    {
        var balance = account?.Balance ?? UInt256.Zero;
        var total = waiting.TotalCost + Cost(transaction) - (replaced is null ? UInt256.Zero : Cost(replaced.Recovered.Transaction));
        return total > balance ? new TransactionError.InsufficientFunds(balance, total) : null;
    }

    // Every transaction in the pool was affordable when it came, so its cost fits.
    private static UInt256 Cost(Transaction transaction) =>
        TransactionRules.UpfrontCost(transaction.Unsigned) ?? throw new InvalidOperationException($"{transaction} costs more than 2^256 wei.");

    private PoolError.ReplacementUnderpriced? Underbids(Transaction transaction, Transaction old)
    {
        var (fee, tip) = (Bumped(old.MaxFeePerGas), Bumped(old.MaxPriorityFeePerGas));
        return transaction.MaxFeePerGas < fee || transaction.MaxPriorityFeePerGas < tip ? new PoolError.ReplacementUnderpriced(fee, tip) : null;
    }

    // Rounded up, so that a zero or small price still has to rise.
    private UInt256 Bumped(UInt256 price) =>
        UInt256.TryMultiply(price, 100UL + (ulong)limits.PriceBumpPercent, out var scaled) ? ((scaled + 99) / 100) + (price.IsZero ? UInt256.One : UInt256.Zero) : UInt256.MaxValue;

    /// <summary>Evicts the cheapest transaction of another sender when the new one pays more.</summary>
    private PoolError.Underpriced? MakeRoom(Transaction transaction, Address sender, At now, List<(Hash256 Hash, TransactionStep Step)> steps)
    {
        var (price, _, hash) = _byPrice.Min;
        var cheapest = Snapshot.ByHash[hash];
        if (transaction.MaxPriorityFeePerGas <= price || cheapest.Recovered.Sender == sender) return new PoolError.Underpriced(transaction.MaxPriorityFeePerGas, price + 1);
        Forget(cheapest);
        steps.Add((hash, new TransactionStep(TransactionFate.Dropped, now, null, null, "the pool is full and others pay more")));
        return null;
    }

    private int Revalidate(
        Address sender, PoolHead head, Dictionary<(Address, ulong), RecoveredTransaction> mined, At now, List<(Hash256 Hash, TransactionStep Step)> steps)
    {
        if (!Snapshot.BySender.TryGetValue(sender, out var waiting)) return 0;
        var account = head.AccountOf(sender);
        var stateNonce = account?.Nonce ?? 0;
        var left = account?.Balance ?? UInt256.Zero;
        var conflicting = 0;
        foreach (var (nonce, pooled) in waiting.Items)
        {
            var hash = pooled.Recovered.Hash;
            if (nonce < stateNonce)
            {
                Forget(pooled);
                if (mined.TryGetValue((sender, nonce), out var rival)) steps.Add((hash, Conflict(now, rival.Hash)));
                else steps.Add((hash, new TransactionStep(TransactionFate.Conflicting, now, null, null, $"nonce {nonce} is used up: the account's next one is {stateNonce}")));
                conflicting++;
                continue;
            }

            var cost = Cost(pooled.Recovered.Transaction);
            if (UInt256.TrySubtract(left, cost, out var rest))
            {
                left = rest;
                continue;
            }

            Forget(pooled);
            steps.Add((hash, new TransactionStep(TransactionFate.Dropped, now, null, null, $"its sender can no longer pay for it: {cost} wei needed, {left} wei left")));
        }

        if (Snapshot.BySender.TryGetValue(sender, out var kept) && kept.StateNonce != stateNonce)
        {
            Snapshot = Snapshot with { BySender = Snapshot.BySender.SetItem(sender, kept with { StateNonce = stateNonce }) };
        }

        return conflicting;
    }

    private void Put(PooledTransaction pooled, PooledAccount waiting)
    {
        var transaction = pooled.Recovered.Transaction;
        Snapshot = new PoolSnapshot(
            Snapshot.ByHash.Add(transaction.Hash, pooled),
            Snapshot.BySender.SetItem(pooled.Recovered.Sender, waiting with { TotalCost = waiting.TotalCost + Cost(transaction), Items = waiting.Items.SetItem(transaction.Nonce, pooled) }));
        _byPrice.Add(PriceKey(pooled));
    }

    private void Forget(PooledTransaction pooled)
    {
        var (hash, sender) = (pooled.Recovered.Hash, pooled.Recovered.Sender);
        var account = Snapshot.BySender[sender];
        var items = account.Items.Remove(pooled.Recovered.Transaction.Nonce);
        Snapshot = new PoolSnapshot(
            Snapshot.ByHash.Remove(hash),
            items.IsEmpty ? Snapshot.BySender.Remove(sender) : Snapshot.BySender.SetItem(sender, account with { TotalCost = account.TotalCost - Cost(pooled.Recovered.Transaction), Items = items }));
        _byPrice.Remove(PriceKey(pooled));
    }

    private static (UInt256 Price, ulong NegatedSequence, Hash256 Hash) PriceKey(PooledTransaction pooled) =>
        (pooled.Recovered.Transaction.MaxPriorityFeePerGas, ulong.MaxValue - pooled.Sequence, pooled.Recovered.Hash);
}
