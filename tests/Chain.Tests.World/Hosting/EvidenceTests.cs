using Chain.Consensus;
using Chain.Consensus.Work;
using Chain.Host;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chain.Tests;

public sealed class EvidenceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("evidence-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_proof_lies_in_the_data_folder_with_its_meaning_beside_it()
    {
        var folder = new EvidenceFolder(_folder.FullName);
        Assert.Null(folder.Read());

        folder.Keep(new ConsensusEvidence("finality-conflict", new byte[] { 1, 2, 3 }), "Two histories.");

        Assert.Equal([1, 2, 3], File.ReadAllBytes(Path.Combine(_folder.FullName, "evidence", "finality-conflict.rlp")));
        Assert.StartsWith("Two histories. (The proof is ", folder.Read(), StringComparison.Ordinal);
        Assert.EndsWith("finality-conflict.rlp.)", folder.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_finds_a_proof_at_its_start_serves_reads_only_and_says_why()
    {
        new EvidenceFolder(_folder.FullName).Keep(new ConsensusEvidence("finality-conflict", ReadOnlyMemory<byte>.Empty),
            "Two histories.");
        var spec = new ChainSpec { ChainId = 31337, Consensus = new ProofOfWorkSettings { Seal = SealKind.Simulated } };
        var genesis = ConsensusFactory.BuildGenesis(new GenesisFile
        {
            Spec = spec,
            Difficulty = 65_536,
            GasLimit = 30_000_000,
            Timestamp = 1_700_000_000,
            Alloc = [],
        });
        using var store = new InMemoryChainStore();
        store.Commit(NodeCore.GenesisBatch(genesis, new At(0)));
        using var inbox = new NodeInbox();
        var config = new NodeConfig { Spec = spec, Genesis = genesis.Block };
        var loop = new NodeLoop(config, ConsensusFactory.Create(spec, genesis.Block.Header), store, inbox, new NodeFeed(),
            new EvidenceFolder(_folder.FullName), NullLogger.Instance);
        var running = loop.RunAsync();

        var refusal = await Assert.ThrowsAsync<NodeUnavailableException>(() =>
            loop.AskAsync<NodeReply.Work>(request => new NodeInput.GetWork(new At(0), request), CancellationToken.None));

        Assert.StartsWith("this node serves reads only: Two histories.", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0UL, loop.View.Head.Number);
        inbox.Close();
        await running;
    }
}
