using Chain.Execution;
using Chain.Node;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>The pool under random histories, held against what a naive reader makes of its content after every step.</summary>
public sealed class PoolProperties
{
    private const int Senders = 7;

    private static readonly PoolLimits Limits = new()
    {
        Transactions = 24,
        Bytes = 5_000,
        PerAccount = 9,
        BytesPerAccount = 2_500,
        Queued = 10,
        QueuedBytes = 2_000,
        QueuedPerAccount = 4,
        QueuedBytesPerAccount = 1_000,
        Share = 3,
        ShareBytes = 800,
        NonceGap = 12,
        LifetimeMs = 60_000,
        QueuedLifetimeMs = 20_000,
    };

    private readonly PoolScene _scene = new(Limits);
    private readonly List<RecoveredTransaction[]> _chain = [];
    private readonly HashSet<Hash256> _told = [];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Whatever_happens_bounds_hold_sums_are_exact_runs_are_whole_and_every_way_in_and_out_is_told(ulong seed)
    {
        var random = new SeededRandom(seed);
        for (var step = 0; step < 1_500; step++)
        {
            _scene.Changes.Clear();
            var before = _scene.Snapshot;
            var what = Act(random);
            Check(before, $"seed {seed}, step {step}: {what}");
        }

        Assert.NotEqual(0, _scene.Pool.Count);
    }

    private string Act(SeededRandom random)
    {
        _scene.Now = _scene.Now.Plus(random.Next(300));
        switch (random.Next(20))
        {
            case 0:
                var mined = _scene.Pool.Best(_scene.BaseFee).Take(random.Next(6)).ToArray();
                _chain.Add(mined);
                _scene.BaseFee = (1 + (ulong)random.Next(6)) * Ledger.Gwei;
                _scene.Mine(mined);
                return $"a block of {mined.Length}";
            case 1 when _chain.Count > 0:
                return Reorganize(random);
            case 2:
                _scene.Pool.Expire(_scene.Now, _scene.Changes);
                return "expiry";
            case 3:
                var poor = random.Next(Senders);
                _scene.SetAccount(poor, _scene.AccountOf(poor).Nonce, Ledger.Gwei * 21_000 * (ulong)random.Next(200));
                _scene.Move([], [], isReorganization: true);
                return $"balance of {poor}";
            default:
                var (from, ahead) = (random.Next(Senders), random.Next(8) < 6 ? random.Next(5) : random.Next(14));
                var nonce = _scene.AccountOf(from).Nonce + (ulong)ahead;
                var tip = (ulong)random.Next(5) * Ledger.Gwei;
                var bytes = random.Next(3) == 0 ? random.Next(400) : 0;
                var error = _scene.Add(PoolScene.Sign(from, nonce, tip, transfer => transfer with
                {
                    MaxFeePerGas = tip + ((ulong)random.Next(5) * Ledger.Gwei),
                    Data = new byte[bytes],
                    GasLimit = 21_000 + ((ulong)bytes * 4),
                    Value = (ulong)random.Next(1000),
                }));
                return $"sender {from}, nonce {nonce}: {error}";
        }
    }

    private string Reorganize(SeededRandom random)
    {
        var depth = 1 + random.Next(Math.Min(3, _chain.Count));
        var removed = _chain.TakeLast(depth).SelectMany(block => block).ToArray();
        _chain.RemoveRange(_chain.Count - depth, depth);

        // The new branch holds a prefix of each sender's, so that its nonces are in order.
        var bySender = removed.GroupBy(transaction => transaction.Sender);
        var added = bySender.SelectMany(group => group.Take(random.Next(group.Count() + 1))).ToArray();
        _chain.Add(added);
        var (returned, _) = _scene.Move(removed, added, isReorganization: true);
        return $"{depth} blocks give way, {returned} come back";
    }

    private void Check(PoolSnapshot before, string what)
    {
        var after = _scene.Snapshot;
        CheckSums(after, what);
        foreach (var (address, account) in after.BySender)
        {
            var state = _scene.Head().AccountOf(address)!;
            var nonces = account.Items.Keys.ToArray();
            var run = Enumerable.Range(0, nonces.Length).TakeWhile(i => nonces[i] == state.Nonce + (ulong)i).Count();
            Assert.True(account.StateNonce == state.Nonce, $"{what}: {address} is at {state.Nonce}, not {account.StateNonce}");
            Assert.True(nonces[0] >= state.Nonce, $"{what}: {address} begins with {nonces[0]}, its account with {state.Nonce}");
            Assert.True(run == account.Pending, $"{what}: {address} has {account.Pending} pending, {run} follow its nonce");
            Assert.All(account.Items, item => Assert.Equal(item.Key, item.Value.Recovered.Transaction.Nonce));
            var cost = account.Items.Values.Aggregate(UInt256.Zero, (sum, pooled) => sum + CostOf(pooled));
            Assert.True(cost <= state.Balance, $"{what}: {address} has promised {cost} of {state.Balance} wei");
            Assert.True(run <= Limits.PerAccount, $"{what}: {address} has {run} pending");
            Assert.True(nonces.Length - run <= Limits.QueuedPerAccount, $"{what}: {address} has {nonces.Length - run} queued");
            Assert.True(account.Executable().Sum(pooled => pooled.Bytes) <= Limits.BytesPerAccount, what);
            Assert.True(account.Queued().Sum(pooled => pooled.Bytes) <= Limits.QueuedBytesPerAccount, what);
        }

        CheckTold(before, after, what);
    }

    private static void CheckSums(PoolSnapshot pool, string what)
    {
        var pending = pool.BySender.Values.SelectMany(account => account.Executable()).ToList();
        var queued = pool.BySender.Values.SelectMany(account => account.Queued()).ToList();
        var counted = new PoolTotals(pending.Count, BytesOf(pending), queued.Count, BytesOf(queued));
        Assert.True(counted == pool.Totals, $"{what}: counted {counted}, kept {pool.Totals}");
        Assert.True(counted.Pending <= Limits.Transactions && counted.PendingBytes <= Limits.Bytes, $"{what}: {counted}");
        Assert.True(counted.Queued <= Limits.Queued && counted.QueuedBytes <= Limits.QueuedBytes, $"{what}: {counted}");
        var hashes = pending.Concat(queued).Select(pooled => pooled.Recovered.Hash).ToHashSet();
        Assert.True(hashes.SetEquals(pool.ByHash.Keys), $"{what}: the two indexes differ");
    }

    private static UInt256 CostOf(PooledTransaction pooled) =>
        TransactionRules.UpfrontCost(pooled.Recovered.Transaction.Unsigned)!.Value;

    private static long BytesOf(List<PooledTransaction> items) =>
        items.Sum(pooled => (long)pooled.Recovered.Transaction.Encoded.Length);

    /// <summary>Who left was mined or has a last step that says why; who came is told of once it is executable.</summary>
    private void CheckTold(PoolSnapshot before, PoolSnapshot after, string what)
    {
        var mined = _scene.Changes.Mined.ToHashSet();
        var steps = _scene.Changes.Steps.ToLookup(item => item.Hash, item => item.Step.Fate);
        foreach (var hash in before.ByHash.Keys.Where(hash => !after.ByHash.ContainsKey(hash)))
        {
            _told.Remove(hash);
            if (mined.Contains(hash)) continue;
            var last = steps[hash].LastOrDefault(TransactionFate.Pending);
            var hasReason = last is TransactionFate.Dropped or TransactionFate.Replaced or TransactionFate.Conflicting;
            Assert.True(hasReason, $"{what}: {hash} left without a reason");
        }

        if (_scene.Changes.Queued.Count > 0)
        {
            var executable = before.BySender.Values.SelectMany(account => account.Executable());
            var areHere = executable.All(pooled => after.ByHash.ContainsKey(pooled.Recovered.Hash));
            Assert.True(areHere, $"{what}: a queued one pushed out a pending one");
        }

        foreach (var hash in _scene.Entered)
        {
            Assert.True(_told.Add(hash) && after.ByHash.ContainsKey(hash), $"{what}: {hash} entered twice, or is not there");
        }

        var pending = after.BySender.Values.SelectMany(account => account.Executable()).Select(pooled => pooled.Recovered.Hash);
        Assert.True(pending.All(_told.Contains), $"{what}: something is executable and nobody was told");
    }
}
