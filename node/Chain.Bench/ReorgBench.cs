using System.Diagnostics;
using Chain.Node;
using Chain.Primitives;
using Chain.Storage;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// A reorganisation of many blocks, once with the winning branch executed during the switch, once with it executed before.
/// </summary>
public static class ReorgBench
{
    public static IReadOnlyList<BenchFigure> Run(int depth, int transfersPerBlock, string folder)
    {
        var chain = new BenchChain(accounts: 1000);
        using var trunk = chain.NewBranch(miner: 1);
        using var left = chain.NewBranch(miner: 2);
        using var right = chain.NewBranch(miner: 3);
        var common = trunk.Grow(1, 0);
        left.Adopt(common);
        right.Adopt(common);
        var leftBlocks = left.Grow(depth + 2, transfersPerBlock);
        var rightBlocks = right.Grow(depth + 1, transfersPerBlock);

        using var store = SqliteChainStore.Open(folder, chain.GenesisBlock.Block.Hash);
        store.Commit(NodeCore.GenesisBatch(chain.GenesisBlock, BenchChain.Later));
        var core = new NodeCore(chain.Config, chain.Rules, store);
        var effects = new EffectList();

        TimeSpan Import(IReadOnlyList<Block> blocks)
        {
            // Recovered on other cores before they reach the inbox.
            foreach (var block in blocks) Parallel.ForEach(block.Body.Transactions, transaction => transaction.Recover());
            var watch = Stopwatch.StartNew();
            effects.Clear();
            core.Step(new NodeInput.ImportBlocks(BenchChain.Later, new RequestId(1), blocks), effects);
            foreach (var effect in effects.Items)
            {
                if (effect is NodeEffect.Persist persist) store.Commit(persist.Batch);
            }

            return watch.Elapsed;
        }

        Import(common);
        foreach (var block in leftBlocks[..depth]) Import([block]);
        foreach (var block in rightBlocks[..depth]) Import([block]);
        var executing = Import([rightBlocks[depth]]);
        Expect(core, rightBlocks[depth]);
        Import([leftBlocks[depth]]);
        var executed = Import([leftBlocks[depth + 1]]);
        Expect(core, leftBlocks[depth + 1]);
        return
        [
            new BenchFigure($"reorganisation of {depth} blocks of {transfersPerBlock} transfers, executed in the switch",
                executing.TotalSeconds, "s"),
            new BenchFigure($"reorganisation of {depth + 1} blocks of {transfersPerBlock} transfers, executed before",
                executed.TotalSeconds, "s", executed / executing, "executed in the switch"),
        ];
    }

    private static void Expect(NodeCore core, Block head)
    {
        if (core.View.Head.Hash != head.Hash)
            throw new TestnetException($"The bench expected {head.Header} as head, the core stands at {core.View.Head}.");
    }
}
