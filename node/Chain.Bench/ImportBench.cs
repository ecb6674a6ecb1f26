using System.Diagnostics;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;
using Chain.Storage;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// Block import as a node does it, to a database on disk: decode, recover signatures (on all cores), transition, state root,
/// durable commit. The baseline is recovering the same signatures and nothing else.
/// </summary>
public static class ImportBench
{
    public static IReadOnlyList<BenchFigure> Run(int blocks, int transfersPerBlock, int accounts, string folder)
    {
        var chain = new BenchChain(accounts);
        using var branch = chain.NewBranch(miner: 1);
        var encoded = branch.Grow(blocks, transfersPerBlock).Select(block =>
        {
            var rlp = new RlpWriter(1024 + (transfersPerBlock * 120));
            block.WriteTo(rlp);
            return rlp.ToArray();
        }).ToList();
        var transactions = blocks * transfersPerBlock;

        var recovery = Stopwatch.StartNew();
        foreach (var bytes in encoded)
        {
            var body = Decode(bytes).Body.Transactions;
            Parallel.For(0, body.Count, i => body[i].Recover());
        }

        recovery.Stop();
        var import = Import(chain, encoded, folder);
        var recoveryRate = transactions / recovery.Elapsed.TotalSeconds;
        var importRate = transactions / import.TotalSeconds;
        return
        [
            new BenchFigure($"signature recovery alone, {Secp256k1.Provider.Name}", recoveryRate, "tx/s"),
            new BenchFigure($"block import, {blocks} blocks of {transfersPerBlock} transfers, {accounts} accounts", importRate,
                "tx/s", importRate / recoveryRate, "signature recovery alone"),
        ];
    }

    private static TimeSpan Import(BenchChain chain, List<byte[]> encoded, string folder)
    {
        using var store = SqliteChainStore.Open(folder, chain.GenesisBlock.Block.Hash);
        store.Commit(NodeCore.GenesisBatch(chain.GenesisBlock, BenchChain.Later));
        var core = new NodeCore(chain.Config, chain.Rules, store);
        var effects = new EffectList();
        var recovery = new TransactionRecovery();
        var watch = Stopwatch.StartNew();
        var next = Task.Run(() => Prepare(encoded[0], recovery));
        for (var i = 0; i < encoded.Count; i++)
        {
            var block = next.Result;
            // While the core imports this block, another core recovers the next one's signatures, as the network layer does.
            if (i + 1 < encoded.Count)
            {
                var following = encoded[i + 1];
                next = Task.Run(() => Prepare(following, recovery));
            }

            effects.Clear();
            core.Step(new NodeInput.ImportBlocks(BenchChain.Later, new RequestId(i), [block]), effects);
            foreach (var effect in effects.Items)
            {
                if (effect is NodeEffect.Persist persist) store.Commit(persist.Batch);
                if (effect is NodeEffect.Reply { Answer: NodeReply.Imported { Error: { } error } })
                    throw new TestnetException($"The bench's own block was refused: {error}");
            }
        }

        watch.Stop();
        return core.View.Head.Number == (ulong)encoded.Count
            ? watch.Elapsed
            : throw new TestnetException($"Only {core.View.Head.Number} of {encoded.Count} blocks were imported.");
    }

    private static Block Prepare(byte[] bytes, TransactionRecovery recovery) =>
        ((WireMessage.NewBlock)recovery.Prepare(new WireMessage.NewBlock(Decode(bytes), UInt256.Zero))).Block;

    private static Block Decode(byte[] bytes)
    {
        var rlp = new RlpReader(bytes);
        return Block.Read(ref rlp);
    }
}
