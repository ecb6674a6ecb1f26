using System.Collections.Concurrent;
using Chain.Consensus;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>How far an import is.</summary>
/// <param name="Blocks">Blocks of the file that are in the store now, those that were there before included.</param>
/// <param name="Bytes">Bytes of the file read.</param>
/// <param name="Head">The head's number.</param>
public sealed record ImportProgress(long Blocks, long Transactions, long Bytes, ulong Head);

/// <summary>
/// Imports a chain file into a store by the same core that runs a node: every rule applies. While one part of the file is
/// executed, the next is read and its signatures are recovered on the other cores.
/// </summary>
public static class ChainImporter
{
    private const int BlocksPerPart = 256;
    private const int TransactionsPerPart = 8192;

    /// <param name="store">Empty, or holding a chain of the same genesis; what it has already is passed over.</param>
    /// <exception cref="ChainFileException">The file is broken, of another genesis, or has a block that the rules refuse; what
    /// came before is kept.</exception>
    public static ImportProgress Run(IChainStore store, NodeConfig config, ConsensusRules rules, ChainFileReader file,
        TimeProvider time, Action<ImportProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var parts = new BlockingCollection<Part>(boundedCapacity: 2);
        var reading = Task.Run(() => ReadParts(file, config.Genesis.Hash, rules, parts, stop.Token), CancellationToken.None);
        try
        {
            var core = StoreDamage.Explain(store, () => new NodeCore(config, rules, store));
            var effects = new EffectList();
            var done = new ImportProgress(0, 0, 0, core.View.Head.Number);
            foreach (var part in parts.GetConsumingEnumerable(cancellation))
            {
                effects.Clear();
                var now = new At(time.GetUtcNow().ToUnixTimeMilliseconds());
                StoreDamage.Explain(store, () =>
                {
                    core.Step(new NodeInput.ImportBlocks(now, new RequestId(done.Blocks), part.Blocks), effects);
                    foreach (var persist in effects.Items.OfType<NodeEffect.Persist>()) store.Commit(persist.Batch);
                    return true;
                });
                RequireAllImported(part, effects);
                store.Maintain(cancellation);
                done = new ImportProgress(part.FirstBlock + part.Blocks.Count, done.Transactions + part.Transactions, part.Offset,
                    core.View.Head.Number);
                progress?.Invoke(done);
            }

            reading.GetAwaiter().GetResult();
            return done;
        }
        finally
        {
            stop.Cancel();
            Task.WaitAny([reading], CancellationToken.None);
        }
    }

    /// <param name="Offset">The byte behind its last block.</param>
    private sealed record Part(List<Block> Blocks, long FirstBlock, long Offset, long Transactions);

    // A block is refused either when it arrives or, if it looked well, when it is executed; its children are orphans then.
    private static void RequireAllImported(Part part, EffectList effects)
    {
        foreach (var effect in effects.Items)
        {
            if (effect is NodeEffect.Tell { Event: NodeEvent.BlockRejected rejected })
            {
                var index = Math.Max(0, part.Blocks.FindIndex(block => block.Hash == rejected.Hash));
                throw new ChainFileException(part.FirstBlock + index, part.Offset,
                    $"block {rejected.Number} {rejected.Hash} breaks the rules: {rejected.Why}");
            }
        }

        foreach (var effect in effects.Items)
        {
            if (effect is NodeEffect.Reply { Answer: NodeReply.Imported { Error: { } error } answer })
                throw new ChainFileException(part.FirstBlock + answer.Count, part.Offset, error);
        }
    }

    private static void ReadParts(ChainFileReader file, Hash256 genesis, ConsensusRules rules, BlockingCollection<Part> parts,
        CancellationToken cancellation)
    {
        try
        {
            while (ReadPart(file, genesis, rules) is { } part)
            {
                Parallel.ForEach(part.Blocks.SelectMany(block => block.Body.Transactions),
                    new ParallelOptions { CancellationToken = cancellation }, transaction => transaction.Recover());
                parts.Add(part, cancellation);
            }
        }
        finally
        {
            parts.CompleteAdding();
        }
    }

    private static Part? ReadPart(ChainFileReader file, Hash256 genesis, ConsensusRules rules)
    {
        var first = file.BlocksRead;
        var blocks = new List<Block>();
        var transactions = 0;
        while (blocks.Count < BlocksPerPart && transactions < TransactionsPerPart)
        {
            var (start, number) = (file.Offset, file.BlocksRead);
            if (file.Read() is not { } block) break;
            if (block.Number == 0 && block.Hash != genesis)
                throw new ChainFileException(number, start,
                    $"it begins with genesis block {block.Hash}, this chain with {genesis}. Name the genesis file that belongs "
                        + $"to it.");
            RequireForm(block, rules, number, start);
            blocks.Add(block);
            transactions += block.Body.Transactions.Count;
        }

        return blocks.Count == 0 ? null : new Part(blocks, first, file.Offset, transactions);
    }

    // A rule either has sidecars or not: a file that mixes both, or is of the other kind, is said to be so before it is judged.
    private static void RequireForm(Block block, ConsensusRules rules, long number, long start)
    {
        if (rules.HasSidecar && block.Sidecar.IsEmpty)
            throw new ChainFileException(number, start,
                $"block {block.Number} has no sidecar behind it, but under {rules.Name} every block has one. Take a file that "
                    + $"`chain node export` wrote from a node of this network.");
        if (!rules.HasSidecar && !block.Sidecar.IsEmpty)
            throw new ChainFileException(number, start,
                $"block {block.Number} has a sidecar behind it, but under {rules.Name} no block has one. The file is of "
                    + $"another network.");
    }
}
