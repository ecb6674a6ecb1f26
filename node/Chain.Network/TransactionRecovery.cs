using System.Collections.Concurrent;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Network;

/// <summary>
/// Finds out who signed the transactions of a message before the core sees it, on the thread that reads the peer (several for
/// many). A transaction that was seen before, such as one of a block that was in the pool, is the same object again: its
/// sender is known already. Remembers a bounded number of the latest.
/// </summary>
/// <param name="alsoPrepare">What else can be worked out ahead of the core, on the same threads.</param>
public sealed class TransactionRecovery(Action<WireMessage>? alsoPrepare = null)
{
    private const int GenerationSize = 32_768;
    private const long GenerationBytes = 24 * 1024 * 1024;
    private const int ParallelFrom = 64;

    // What no pool takes comes once, in its block, and a few of them would take all the room.
    private const int Heaviest = 128 * 1024;

    private ConcurrentDictionary<Hash256, Transaction> _young = new();
    private ConcurrentDictionary<Hash256, Transaction> _old = new();
    private readonly Lock _aging = new();
    private long _youngBytes;

    /// <summary>The message with every transaction recovered.</summary>
    public WireMessage Prepare(WireMessage message)
    {
        alsoPrepare?.Invoke(message);
        return Recovered(message);
    }

    private WireMessage Recovered(WireMessage message) => message switch
    {
        // Nobody asked for these: a peer that floods takes no core but the one that reads it.
        WireMessage.Transactions m => m with { Items = Recover(m.Items, parallelFrom: int.MaxValue) },
        WireMessage.PooledTransactions m => m with { Items = Recover(m.Items) },
        WireMessage.NewBlock m => m with { Block = Recover(m.Block) },
        WireMessage.NewBlockWithSidecar m => m with { Block = Recover(m.Block) },
        WireMessage.BlockBodies m => m with { Bodies = RecoverAll(m.Bodies) },
        _ => message,
    };

    /// <summary>
    /// How many transactions of a message were not seen before, so that their senders are still to be recovered.
    /// </summary>
    public int CountUnknown(WireMessage message) => message switch
    {
        WireMessage.Transactions m => CountUnknown(m.Items),
        WireMessage.NewBlock m => CountUnknown(m.Block.Body.Transactions),
        WireMessage.NewBlockWithSidecar m => CountUnknown(m.Block.Body.Transactions),
        _ => 0,
    };

    /// <summary>The transaction, recovered: the object already known by this hash, or this one from now on.</summary>
    public Transaction Recover(Transaction transaction)
    {
        if (_young.TryGetValue(transaction.Hash, out var known) || _old.TryGetValue(transaction.Hash, out known)) return known;
        if (transaction.Recover() is null || transaction.Encoded.Length > Heaviest) return transaction;
        if (!_young.TryAdd(transaction.Hash, transaction)) return transaction;
        if (Interlocked.Add(ref _youngBytes, BlockSize.Of([transaction])) > GenerationBytes || _young.Count > GenerationSize)
        {
            Age();
        }

        return transaction;
    }

    private int CountUnknown(IReadOnlyList<Transaction> transactions)
    {
        var unknown = 0;
        foreach (var transaction in transactions)
        {
            if (!_young.ContainsKey(transaction.Hash) && !_old.ContainsKey(transaction.Hash)) unknown++;
        }

        return unknown;
    }

    private Block Recover(Block block) => block with
    {
        Body = block.Body with { Transactions = Recover(block.Body.Transactions) },
    };

    private BlockBody[] RecoverAll(IReadOnlyList<BlockBody> bodies)
    {
        var recovered = new BlockBody[bodies.Count];
        for (var i = 0; i < recovered.Length; i++)
            recovered[i] = bodies[i].Transactions.Count == 0 ? bodies[i] : bodies[i] with
            {
                Transactions = Recover(bodies[i].Transactions),
            };
        return recovered;
    }

    private Transaction[] Recover(IReadOnlyList<Transaction> transactions, int parallelFrom = ParallelFrom)
    {
        var recovered = new Transaction[transactions.Count];
        if (recovered.Length < parallelFrom)
        {
            for (var i = 0; i < recovered.Length; i++) recovered[i] = Recover(transactions[i]);
        }
        else
        {
            Parallel.For(0, recovered.Length, i => recovered[i] = Recover(transactions[i]));
        }

        return recovered;
    }

    private void Age()
    {
        lock (_aging)
        {
            if (Interlocked.Read(ref _youngBytes) <= GenerationBytes && _young.Count <= GenerationSize) return;
            _old = _young;
            _young = new ConcurrentDictionary<Hash256, Transaction>();
            Interlocked.Exchange(ref _youngBytes, 0);
        }
    }
}
