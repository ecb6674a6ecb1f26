using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>What every store must do. A subclass names the store; each test gets a place of its own.</summary>
public abstract class ChainStoreConformance : IDisposable
{
    private IChainStore? _store;

    /// <summary>The store under test, opened on first use.</summary>
    protected IChainStore Store => _store ??= Open();

    /// <summary>Opens what earlier calls of the same test left behind.</summary>
    protected abstract IChainStore Open();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) => _store?.Dispose();

    protected void Reopen()
    {
        _store?.Dispose();
        _store = null;
    }

    [Fact]
    public void A_new_store_has_nothing()
    {
        var hash = Keccak256.Empty;

        Assert.Null(Store.GetHead());
        Assert.Null(Store.GetBlock(hash));
        Assert.Null(Store.GetHeader(hash));
        Assert.Null(Store.GetBlockRecord(hash));
        Assert.Null(Store.GetReceipts(hash));
        Assert.Null(Store.GetSenders(hash));
        Assert.Null(Store.GetCanonicalHash(0));
        Assert.Null(Store.GetTransactionLocation(hash));
        Assert.Null(Store.GetTrieNode(hash));
        Assert.Null(Store.GetCode(hash));
        Assert.Empty(Store.GetBlocksAt(0));
        Assert.Empty(Store.GetTransactionSteps(hash));
        Assert.Empty(Store.GetAddressHistory(Address.Zero, null, 10));
        Assert.Empty(Store.GetReorgs(10));
        Assert.Empty(Store.GetChainLog(0, 10));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_history_of_growth_branches_and_reorganisations_reads_back_as_it_was_told(int seed)
    {
        var script = new StoreScript(seed);
        using var expected = new InMemoryChainStore();
        for (var i = 0; i < 90; i++)
        {
            var batch = script.Next();
            expected.Commit(batch);
            Store.Commit(batch);
            if (i % 50 == 30) Reopen();
            if (i % 40 == 20) Store.Maintain(CancellationToken.None);
            if (i % 25 == 24) Assert.Equal(StoreDump.Of(expected, script), StoreDump.Of(Store, script));
        }

        Reopen();
        Assert.Equal(StoreDump.Of(expected, script), StoreDump.Of(Store, script));
        using var lease = Store.OpenReader();
        Assert.Equal(StoreDump.Of(expected, script), StoreDump.Of(lease, script));
    }

    [Fact]
    public void A_reader_sees_the_store_as_it_was_when_it_was_opened()
    {
        var script = new StoreScript(4);
        for (var i = 0; i < 20; i++) Store.Commit(script.Next());
        using var old = Store.OpenReader();
        var before = StoreDump.Of(old, script);

        for (var i = 0; i < 20; i++)
        {
            Store.Commit(script.Next());
            if (i == 10) Store.Maintain(CancellationToken.None);
        }

        using var young = Store.OpenReader();
        Assert.Equal(before, StoreDump.Of(old, RunScript(4, 20)));
        Assert.Null(old.GetBlock(script.BlockHashes.Last()));
        Assert.NotNull(young.GetBlock(script.BlockHashes.Last()));
        Assert.Equal(StoreDump.Of(Store, script), StoreDump.Of(young, script));
    }

    [Fact]
    public void Readers_on_other_threads_always_find_a_whole_batch()
    {
        var script = new StoreScript(5);
        Store.Commit(script.Next());
        var done = false;
        var store = Store;
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var rounds = 0;
            for (; !Volatile.Read(ref done) || rounds == 0; rounds++)
            {
                using var reader = store.OpenReader();
                RequireConsistentHead(reader);
            }

            return rounds;
        })).ToArray();

        try
        {
            for (var i = 0; i < 150; i++)
            {
                Store.Commit(script.Next());
                if (i % 10 == 9) Store.Maintain(CancellationToken.None);
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
        }

        Assert.All(readers, reader => Assert.True(reader.GetAwaiter().GetResult() > 0));
    }

    [Fact]
    public void A_batch_that_contradicts_the_store_is_refused_whole()
    {
        var script = RunScript(6, 0);
        var genesis = script.Next();
        Store.Commit(genesis);
        var before = StoreDump.Of(Store, script);
        var block = genesis.Blocks[0].Block;
        var node = KeyValuePair.Create(Keccak256.Hash([1, 2, 3]), new byte[] { 1, 2, 3 });

        StoreBatch[] broken =
        [
            new() { Blocks = { genesis.Blocks[0] } },
            new() { Statuses = { (Keccak256.Empty, BlockStatus.Executed) } },
            new() { Receipts = { (Keccak256.Empty, []) } },
            new() { Canonical = { genesis.Canonical[0] with { LogOffset = 50 } } },
            new() { Canonical = { genesis.Canonical[0] with { Added = false, LogOffset = 0 } } },
            new()
            {
                Canonical = { genesis.Canonical[0] with { Added = false, LogOffset = 50 },
                    genesis.Canonical[0] with { Added = false, LogOffset = 51 } },
            },
            new() { Head = genesis.Head! with { Head = Keccak256.Empty } },
        ];
        foreach (var batch in broken)
        {
            batch.TrieNodes.Add(node);
            Assert.Throws<InvalidOperationException>(() => Store.Commit(batch));
        }

        Assert.Equal(before, StoreDump.Of(Store, script));
        Assert.Null(Store.GetTrieNode(node.Key));
        Reopen();
        Assert.Equal(before, StoreDump.Of(Store, script));
        Assert.Equal(block.Hash, Store.GetHead()!.Head);
    }

    [Fact]
    public void The_consensus_state_kept_last_is_found_under_its_block_and_no_other()
    {
        var script = RunScript(6, 0);
        Store.Commit(script.Next());
        var (first, second) = (Keccak256.Hash([1]), Keccak256.Hash([2]));
        Assert.Null(Store.GetConsensusState(first));

        Store.Commit(new StoreBatch { ConsensusState = (first, [1, 2, 3]) });
        Assert.Equal([1, 2, 3], Store.GetConsensusState(first)!);
        using (var reader = Store.OpenReader())
        {
            Store.Commit(new StoreBatch { ConsensusState = (second, []) });
            Assert.NotNull(reader.GetConsensusState(first));
        }

        Assert.Null(Store.GetConsensusState(first));
        Reopen();
        Assert.Null(Store.GetConsensusState(first));
        Assert.Empty(Store.GetConsensusState(second)!);
    }

    [Fact]
    public void A_reorganisation_moves_transactions_and_keeps_the_orphaned_block_readable()
    {
        var script = new StoreScript(9);
        StoreBatch batch;
        do
        {
            batch = script.Next();
            Store.Commit(batch);
        }
        while (batch.Reorgs.Count == 0
            || batch.Canonical.Where(change => !change.Added).Sum(change => change.Block.Body.Transactions.Count) == 0)
            ;

        var orphaned = batch.Canonical.First(change => !change.Added && change.Block.Body.Transactions.Count > 0).Block;
        Assert.Equal(batch.Reorgs[0], Store.GetReorgs(1)[0]);
        Assert.NotNull(Store.GetBlock(orphaned.Hash));
        Assert.NotNull(Store.GetReceipts(orphaned.Hash));
        Assert.NotEqual(orphaned.Hash, Store.GetCanonicalHash(orphaned.Number));
        Assert.NotEqual(orphaned.Hash, Store.GetTransactionLocation(orphaned.Body.Transactions[0].Hash)?.BlockHash);
        Assert.DoesNotContain(script.Accounts.SelectMany(account => Store.GetAddressHistory(account, null, 10_000)),
            entry => entry.BlockHash == orphaned.Hash);
    }

    [Fact]
    public void Keys_that_begin_alike_are_told_apart()
    {
        var script = new StoreScript(11);
        var genesis = script.Next();
        var (one, other) = (new Address([.. new byte[19], 1]), new Address([.. new byte[19], 2]));
        var (first, second) = (new Hash256([.. new byte[31], 1]), new Hash256([.. new byte[31], 2]));
        var step = new TransactionStep(TransactionFate.Dropped, new At(5), null, null, "for a reason");
        var batch = TransferBatch(genesis, one, other);
        batch.TransactionSteps.Add((first, step));
        batch.TransactionSteps.Add((second, step with { At = new At(6) }));

        Store.Commit(batch);

        for (var round = 0; round < 2; round++)
        {
            Assert.Equal([0, 2], Store.GetAddressHistory(one, null, 10).Select(entry => entry.Index).Order());
            Assert.Equal([1, 2], Store.GetAddressHistory(other, null, 10).Select(entry => entry.Index).Order());
            Assert.Empty(Store.GetAddressHistory(Address.Zero, null, 10));
            Assert.Equal(step, Assert.Single(Store.GetTransactionSteps(first)));
            Assert.Equal(6, Assert.Single(Store.GetTransactionSteps(second)).At.UnixMs);
            Assert.Null(Store.GetTransactionLocation(first));
            Reopen();
        }
    }

    [Fact]
    public void Pruning_forgets_exactly_what_no_kept_root_reaches()
    {
        var old = new StateSample(1, 9);
        var kept = new StateSample(2, 8);
        Store.Commit(old.ToBatch());
        Store.Commit(kept.ToBatch());

        var removed = Store.PruneStates(_ => [kept.Root], CancellationToken.None);

        Assert.True(kept.IsWholeIn(Store));
        var forgotten = old.NodeHashes.Except(kept.NodeHashes).ToArray();
        Assert.All(forgotten, hash => Assert.Null(Store.GetTrieNode(hash)));
        Assert.Null(Store.GetCode(Keccak256.Hash(old.Code!)));
        Assert.Equal(forgotten.Length, removed);
        Assert.Equal(0, Store.PruneStates(_ => [kept.Root, Keccak256.Empty], CancellationToken.None));
        Reopen();
        Assert.True(kept.IsWholeIn(Store));
        Assert.All(forgotten, hash => Assert.Null(Store.GetTrieNode(hash)));
    }

    [Fact]
    public void Pruning_spares_what_is_committed_while_it_runs_even_if_it_was_garbage_before()
    {
        var old = new StateSample(1, 9);
        var kept = new StateSample(2, null);
        Store.Commit(old.ToBatch());
        Store.Commit(kept.ToBatch());

        Store.PruneStates(
            _ =>
            {
                Store.Commit(old.ToBatch());
                return [kept.Root];
            },
            CancellationToken.None);

        Assert.True(kept.IsWholeIn(Store));
        Assert.True(old.IsWholeIn(Store));
        Reopen();
        Assert.True(old.IsWholeIn(Store));
    }

    [Fact]
    public void Pruning_chooses_roots_from_the_store_as_it_was_when_it_began()
    {
        var script = RunScript(7, 0);
        for (var i = 0; i < 10; i++) Store.Commit(script.Next());
        var head = Store.GetHead();
        HeadRecord? seen = null;

        Store.PruneStates(
            reader =>
            {
                seen = reader.GetHead();
                return [];
            },
            CancellationToken.None);

        Assert.Equal(head, seen);
        Assert.All(script.TrieNodes, node => Assert.Null(Store.GetTrieNode(node.Key)));
        Assert.NotNull(Store.GetBlock(head!.Head));
    }

    // A genesis block of three transfers: by the first alone, by the second alone, and from the first to the second.
    private static StoreBatch TransferBatch(StoreBatch genesis, Address one, Address other)
    {
        var elsewhere = new Address([.. Enumerable.Repeat((byte)9, 20)]);
        Transaction[] transfers = [Transfer(0, elsewhere), Transfer(1, elsewhere), Transfer(2, other)];
        var block = genesis.Blocks[0].Block with { Body = new BlockBody(transfers, null) };
        var record = genesis.Blocks[0].Record with { TransactionCount = 3 };
        return new StoreBatch
        {
            Blocks = { (block, record) },
            Canonical = { new CanonicalChange(true, block, [one, other, one], 0, new At(1)) },
        };
    }

    private static Transaction Transfer(ulong nonce, Address to) => new UnsignedTransaction
    {
        Type = TransactionType.Legacy,
        ChainId = 1,
        Nonce = nonce,
        MaxPriorityFeePerGas = 1,
        MaxFeePerGas = 1,
        GasLimit = 21000,
        To = to,
        Value = 1,
    }.WithSignature(new Signature(1, 1, 0));

    private static StoreScript RunScript(int seed, int batches)
    {
        var script = new StoreScript(seed);
        for (var i = 0; i < batches; i++) script.Next();
        return script;
    }

    private static void RequireConsistentHead(IChainReader reader)
    {
        var head = reader.GetHead()!;
        var block = reader.GetBlock(head.Head)!;
        Assert.Equal(head.Head, reader.GetCanonicalHash(block.Number));
        Assert.Null(reader.GetCanonicalHash(block.Number + 1));
        Assert.Equal(block.Body.Transactions.Count, reader.GetReceipts(head.Head)!.Count);
        Assert.Equal(head.NextLogOffset - 1, reader.GetChainLog(head.NextLogOffset - 1, 10).Single().Offset);
        var senders = reader.GetSenders(head.Head)!;
        for (var i = 0; i < block.Body.Transactions.Count; i++)
        {
            var hash = block.Body.Transactions[i].Hash;
            Assert.Equal(new TransactionLocation(head.Head, block.Number, i), reader.GetTransactionLocation(hash));
            Assert.Contains(reader.GetAddressHistory(senders[i], null, 20),
                entry => entry.TransactionHash == hash && entry.BlockHash == head.Head);
        }
    }
}
