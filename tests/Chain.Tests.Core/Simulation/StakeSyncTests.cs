using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>Catching up where finality has decided already.</summary>
public sealed class StakeSyncTests
{
    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(16);

    private readonly SimulatedNetwork _network = SimulatedStake.Create(nodes: 2, validators: 16, seed: 60);
    private readonly SimulatedStranger _stranger;

    public StakeSyncTests()
    {
        _network.Run(6 * Epoch);
        _stranger = _network.AddStranger(0);
    }

    [Fact]
    public void A_chain_that_is_here_already_must_contain_the_trusted_checkpoint()
    {
        var node = _network.Nodes[0];
        var finalized = node.StakeOf().Finalized;
        var other = finalized with { Root = Registry.Root(1) };

        Assert.Null(CheckpointCheck.FindProblem(node.Store, 8, finalized));
        Assert.Null(CheckpointCheck.FindProblem(node.Store, 8, other with { Epoch = new Epoch(20) }));
        Assert.Null(CheckpointCheck.FindProblem(node.Store, 8, other with { Epoch = new Epoch(ulong.MaxValue) }));
        Assert.Contains($"is another one than --checkpoint {other.Epoch.Number}:{other.Root} names: at the start of "
            + $"{other.Epoch} its block is {finalized.Root}.", CheckpointCheck.FindProblem(node.Store, 8, other),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_branch_from_below_finality_is_asked_for_once_and_costs_once_until_the_peer_shows_another()
    {
        var branch = Branch(length: 100, extra: 1);
        Announce(branch);
        Answer(branch);
        _network.Run(2 * Epoch);

        Assert.Equal(1, Questions);
        Assert.Equal(5, _stranger.Score);

        // The next blocks of the same branch: one look tells, and costs nothing.
        var longer = Branch(length: 103, extra: 1);
        Announce(longer);
        Answer(longer);
        _network.Run(2 * Epoch);
        Assert.Equal(2, Questions);
        Assert.Equal(5, _stranger.Score);

        var other = Branch(length: 110, extra: 2);
        Announce(other);
        Answer(other);
        _network.Run(Epoch);
        Assert.Equal(3, Questions);
        Assert.Equal(10, _stranger.Score);
    }

    [Fact]
    public void A_block_that_stands_on_a_branch_from_below_finality_is_not_even_looked_at()
    {
        var branch = Branch(length: 100, extra: 1);
        Announce(branch);
        Answer(branch);
        _network.Run(Epoch);

        for (var next = 1; next <= 30; next++)
        {
            branch.Add(Child(branch[^1], extra: 1));
            _network.Say(_stranger,
                new WireMessage.NewBlockWithSidecar(new Block(branch[^1], new BlockBody([], []), new byte[] { 0xc0 }),
                    UInt256.Zero));
            _network.Run(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(1, Questions);
        Assert.Equal(5, _stranger.Score);
        Assert.True(_stranger.IsConnected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Whoever_promises_blocks_and_leaves_or_has_none_does_not_keep_the_node_from_those_of_others(bool leaves)
    {
        var network = SimulatedStake.Create(nodes: 3, validators: 15, seed: 61);
        network.Run(2 * Epoch);
        network.Partition([0], [1], [2]);
        network.Run(Epoch + (Epoch / 2));
        var (promised, real) = (network.Nodes[2], network.Nodes[1].Core.View.Head.Hash);
        network.Kill(2);
        var liar = network.AddStranger(0);
        network.Say(liar,
            new WireMessage.NewBlockHashes([new BlockRef(promised.Core.View.Head.Number, promised.Core.View.Head.Hash)]));
        var chain = Enumerable.Range(0, (int)promised.Core.View.Head.Number + 1)
            .Select(number => promised.Store.GetHeader(promised.Store.GetCanonicalHash((ulong)number)!.Value)!)
            .Reverse().ToList();
        network.Say(liar,
            new WireMessage.BlockHeaders(liar.Heard.OfType<WireMessage.GetBlockHeaders>().Single().RequestId, chain));
        var question = liar.Heard.OfType<WireMessage.GetSidecars>().First();

        network.Heal();
        if (leaves)
            network.Say(liar,
                new WireMessage.OfConsensus(new StakeMessage.Votes(new IndexedAttestation([],
                    new AttestationData(default, 0, default, default, default), []))));
        else
            network.Say(liar,
                new WireMessage.Sidecars(question.RequestId, [.. question.Hashes.Select(_ => ReadOnlyMemory<byte>.Empty)]));

        Assert.Equal(leaves, !liar.IsConnected);
        if (!leaves) Assert.Equal(5, liar.Score);
        Assert.True(network.RunUntil(() => network.Nodes[0].Store.GetBlockRecord(real) is not null, Epoch),
            "the node does not know the other's chain");
        Assert.DoesNotContain(network.Trace.Lines,
            line => line.Contains("announced but not delivered: block bodies", StringComparison.Ordinal));
    }

    /// <summary>How often the node asked for headers.</summary>
    private int Questions => _stranger.Heard.OfType<WireMessage.GetBlockHeaders>().Count();

    private void Announce(List<SealedHeader> branch) =>
        _network.Say(_stranger, new WireMessage.NewBlockHashes([new BlockRef(branch[^1].Number, branch[^1].Hash)]));

    /// <summary>Answers the last question as an honest peer on that branch does.</summary>
    private void Answer(List<SealedHeader> branch)
    {
        var question = _stranger.Heard.OfType<WireMessage.GetBlockHeaders>().Last();
        Assert.Equal(branch[^1].Hash, question.StartHash);
        Assert.True(question.Reverse);
        _network.Say(_stranger,
            new WireMessage.BlockHeaders(question.RequestId, [.. Enumerable.Reverse(branch).Take((int)question.Limit)]));
    }

    /// <summary>A chain from genesis on that has nothing else in common with the network's.</summary>
    private List<SealedHeader> Branch(int length, byte extra)
    {
        var headers = new List<SealedHeader> { _network.Genesis.Block.Header };
        for (var number = 1; number <= length; number++) headers.Add(Child(headers[^1], extra));
        return headers;
    }

    private static SealedHeader Child(SealedHeader parent, byte extra) => new(parent.Header with
    {
        ParentHash = parent.Hash,
        Number = parent.Number + 1,
        Timestamp = parent.Header.Timestamp + 2,
        ExtraData = new byte[Hash256.Size - 1].Append(extra).ToArray(),
    });
}
