using Chain.Consensus.Work;
using Chain.Node;
using Chain.Primitives;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>Networks of miners with a peer that claims what it cannot show.</summary>
public sealed class LyingPeerTests
{
    private static readonly SimulatedAccounts Accounts = new(2);

    public static TheoryData<ClaimBy, LiarAnswers> Lies
    {
        get
        {
            var lies = new TheoryData<ClaimBy, LiarAnswers>();
            foreach (var by in Enum.GetValues<ClaimBy>())
                foreach (var answers in Enum.GetValues<LiarAnswers>()) lies.Add(by, answers);
            return lies;
        }
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public void A_claimed_height_stops_neither_mining_nor_transfers_and_whoever_keeps_claiming_is_cut_off(ClaimBy by,
        LiarAnswers answers)
    {
        var network = Miners(4);
        network.Run(TimeSpan.FromSeconds(60));
        var before = network.Nodes[0].Core.View.Head.Number;
        var liars = network.Nodes.Select(node => new Liar(network, node.Index, by, answers)).ToList();
        Accounts.Transfer(network, network.Random, 4);

        // Silence is held against a peer more slowly than a lie.
        var start = network.Now;
        for (var i = 0; i < 360 && (i < 24 || liars.Exists(liar => liar.Peer.IsConnected)); i++)
        {
            foreach (var liar in liars.Where(liar => liar.Peer.IsConnected)) liar.Lie();
            Assert.False(network.RunUntil(() => network.Nodes.Any(IsBehind), TimeSpan.FromSeconds(5)),
                "a node took a claim for a fact");
        }

        Assert.All(liars, liar => Assert.False(liar.Peer.IsConnected, $"it has {liar.Peer.Score} points"));
        var due = (ulong)network.Now.Since(start) / 2000;
        Assert.InRange(network.Nodes[0].Core.View.Head.Number - before, due * 8 / 10, due * 12 / 10);
        Assert.True(network.RunUntil(() => network.IsConverged, TimeSpan.FromMinutes(1)));
        Assert.All(network.Nodes, node => Assert.Empty(node.Core.View.Pool.ByHash));
    }

    [Fact]
    public void A_total_difficulty_that_is_not_the_blocks_costs_whoever_tells_it()
    {
        var network = Miners(2);
        network.Run(TimeSpan.FromSeconds(60));
        var head = network.Nodes[0].Core.View.Head;
        var known = network.Nodes[0].Store.GetBlock(head.Hash)!;
        var stranger = network.AddStranger(0);

        network.Say(stranger, new WireMessage.NewBlock(known, network.Nodes[0].Core.View.HeadTotalDifficulty));
        Assert.Equal(0, stranger.Score);
        network.Say(stranger, new WireMessage.NewBlock(known, network.Nodes[0].Core.View.HeadTotalDifficulty + 1));
        Assert.Equal(20, stranger.Score);
        network.Say(stranger, new WireMessage.NewBlockHashes([new BlockRef(1_000_000, head.Hash)]));
        Assert.Equal(40, stranger.Score);
        network.Say(stranger, new WireMessage.BlockRangeUpdate(0, head.Number + 1, head.Hash));
        Assert.Equal(60, stranger.Score);

        var next = new SealedHeader(network.Rules.Lifecycle.Prepare(head, Address.Zero, default, network.Now.Plus(2000))!);
        network.Say(stranger, new WireMessage.NewBlockHashes([new BlockRef(next.Number + 100, next.Hash)]));
        var question = stranger.Heard.OfType<WireMessage.GetBlockHeaders>().Last();
        network.Say(stranger, new WireMessage.BlockHeaders(question.RequestId, [next, head]));
        Assert.Equal(80, stranger.Score);
    }

    [Theory]
    [InlineData("nothing", 10)]
    [InlineData("silence", 5)]
    [InlineData("one header", 10)]
    [InlineData("the same headers every time", 10)]
    [InlineData("headers in the wrong order", 10)]
    [InlineData("the headers of other heights", 10)]
    [InlineData("headers that all lie above", 10)]
    [InlineData("more headers than asked for", 10)]
    [InlineData("our own headers, without end", 0)]
    [InlineData("made-up headers", 0)]
    public void Probes_that_lead_nowhere_end_the_session_and_the_next_peer_gets_its_turn(string what, int points)
    {
        var network = Miners(3);
        network.SetHashRate(2, 0);
        network.Run(TimeSpan.FromMinutes(10));
        network.Partition([0, 1], [2]);
        network.Run(TimeSpan.FromMinutes(10));
        var follower = network.Nodes[2];
        var liar = new Liar(network, 2, ClaimBy.BlockHashes, LiarAnswers.MadeUpHeaders);
        var honest = liar.Peer.Answer;
        liar.Peer.Answer = message =>
            message is WireMessage.GetBlockHeaders { StartHash: null } ask ? Probe(ask, what, follower) : honest(message);

        liar.Lie();
        network.Run(TimeSpan.FromMilliseconds(500));
        network.Heal();

        var followed = network.RunUntil(() => follower.Core.View.Head.Number + 3 > network.Nodes[0].Core.View.Head.Number,
            TimeSpan.FromSeconds(15));
        Assert.True(followed, $"the follower is at {follower.Core.View.Head}");
        Assert.InRange(liar.Peer.Heard.OfType<WireMessage.GetBlockHeaders>().Count(), 2, 25);
        Assert.Equal(points, liar.Peer.Score);
        AssertNobodyElsePays(network, 2, liar.Peer);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_leader_that_shows_headers_and_withholds_the_bodies_stops_the_miner_for_seconds_only(bool saysNothing)
    {
        var network = Miners(3);
        network.Run(TimeSpan.FromSeconds(10));
        network.Partition([0, 1], [2]);
        for (var i = 0; i < 60; i++)
        {
            Accounts.Transfer(network, network.Random, 1);
            network.Run(TimeSpan.FromSeconds(10));
        }

        var (node, tip) = (network.Nodes[2], network.Nodes[0].Core.View.Head);

        // Its own branch must be the lighter one.
        Assert.True(node.Core.View.HeadTotalDifficulty < network.Nodes[0].Core.View.HeadTotalDifficulty);
        var chain = Chain(network.Nodes[0], tip);
        var leader = network.AddStranger(2);
        leader.Answer = message => message switch
        {
            WireMessage.GetBlockHeaders ask => new WireMessage.BlockHeaders(ask.RequestId, Serve(ask, chain)),
            WireMessage.GetBlockBodies ask when !saysNothing => new WireMessage.BlockBodies(ask.RequestId, []),
            _ => null,
        };
        var before = node.Core.View.Head.Number;
        network.Say(leader, new WireMessage.NewBlockHashes([new BlockRef(tip.Number, tip.Hash)]));

        Assert.True(network.RunUntil(() => node.Core.View.Sync is not null, TimeSpan.FromSeconds(1)),
            "verified headers far ahead did not stop the miner");
        Assert.InRange(node.Core.View.Sync!.HighestBlock, node.Core.View.Head.Number + 1, tip.Number);
        Assert.True(network.RunUntil(() => node.Core.View.Sync is null, TimeSpan.FromSeconds(10)), "the miner waits for ever");
        Assert.NotEqual(0, leader.Score);
        Assert.True(network.RunUntil(() => node.Core.View.Head.Number > before + 3, TimeSpan.FromMinutes(1)),
            "the miner does not go on");
        network.Heal();
        Assert.True(network.RunUntil(() => network.IsConverged, TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7_000)]
    public void Leaders_that_show_the_same_heavy_headers_in_turn_and_few_bodies_do_not_keep_the_miner_from_work(int msPerBody)
    {
        var network = Miners(3);
        network.Run(TimeSpan.FromSeconds(10));
        network.Partition([0, 1], [2]);
        for (var i = 0; i < 300; i++)
        {
            Accounts.Transfer(network, network.Random, 1);
            network.Run(TimeSpan.FromSeconds(2));
        }

        var (node, tip) = (network.Nodes[2], network.Nodes[0].Core.View.Head);
        Assert.True(node.Core.View.HeadTotalDifficulty * 5 < network.Nodes[0].Core.View.HeadTotalDifficulty * 4);
        var (before, chain) = (node.Core.View.Head.Number, Chain(network.Nodes[0], tip));
        var (leader, asked) = (Lead(), new List<WireMessage.GetBlockBodies>());
        for (var second = 0; second < 120; second++)
        {
            // As soon as one has lost its turn the next one has it.
            if (node.Core.View.Sync is null) leader = Lead();
            network.Run(TimeSpan.FromSeconds(1));
            if (msPerBody == 0 || second % (msPerBody / 1000) != 0) continue;
            if (leader.Heard.OfType<WireMessage.GetBlockBodies>().Except(asked).LastOrDefault() is not { } question) continue;
            asked.Add(question);
            var body = network.Nodes[0].Store.GetBlock(question.Hashes[0])!.Body;
            network.Say(leader, new WireMessage.BlockBodies(question.RequestId, [body]));
        }

        var mined = node.Core.View.Head.Number - before;
        Assert.True(mined >= 20, $"only {mined} blocks in two minutes");

        SimulatedStranger Lead()
        {
            var next = network.AddStranger(2);
            next.Answer = message => message is WireMessage.GetBlockHeaders ask
                ? new WireMessage.BlockHeaders(ask.RequestId, Serve(ask, chain))
                : null;
            network.Say(next, new WireMessage.NewBlockHashes([new BlockRef(tip.Number, tip.Hash)]));
            return next;
        }
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(3_000)]
    public void A_long_branch_of_light_headers_does_not_make_the_node_behind_and_is_not_fetched(int length)
    {
        // A few minutes of great power weigh more than hours of the least difficulty.
        var network = Miners(2, hashRate: 0);
        network.SetHashRate(0, 65_536.0 * 4096);
        network.Run(TimeSpan.FromMinutes(5));
        network.SetHashRate(0, 0);
        network.Run(TimeSpan.FromSeconds(2 * length));
        var node = network.Nodes[0];
        var branch = LightBranch(network, length);
        var (before, weight) =
            (node.Core.View.Head.Number, branch.Aggregate(UInt256.Zero, (sum, header) => sum + header.Header.Difficulty));
        Assert.True(weight < node.Core.View.HeadTotalDifficulty && (ulong)length > before + 500,
            $"{weight} of {length} blocks, ours has {before}");
        var liar = network.AddStranger(0);
        liar.Answer = message =>
            message is WireMessage.GetBlockHeaders ask ? new WireMessage.BlockHeaders(ask.RequestId, Serve(ask, branch)) : null;
        network.SetHashRate(1, 65_536.0 * 4096);

        network.Say(liar, new WireMessage.BlockRangeUpdate(0, (ulong)length, branch[^1].Hash));
        network.Say(liar,
            new WireMessage.NewBlock(new Block(branch[^1], BlockBody.Empty, ReadOnlyMemory<byte>.Empty), UInt256.One << 100));
        Assert.False(network.RunUntil(() => node.Core.View.Sync is not null, TimeSpan.FromMinutes(2)),
            "a light branch counts as ahead");

        Assert.Equal(20, liar.Score);
        Assert.DoesNotContain(liar.Heard, message => message is WireMessage.GetBlockBodies);
        Assert.Null(node.Store.GetBlockRecord(branch[1].Hash));
        Assert.True(node.Core.View.Head.Number > before + 20, "mining did not go on");
    }

    [Fact]
    public void A_heavier_branch_of_more_headers_than_are_kept_is_weighed_first_and_then_taken()
    {
        var network = Miners(2, hashRate: 0);
        network.Partition([0], [1]);
        network.SetHashRate(0, 65_536.0 / 2);
        network.SetHashRate(1, 65_536.0 / 4);
        network.Run(TimeSpan.FromSeconds(300));
        network.SetHashRate(1, 65_536.0 * 16);
        network.Run(TimeSpan.FromMinutes(3));
        network.SetHashRate(1, 0);
        network.Run(TimeSpan.FromMinutes(120));
        Assert.True(network.Nodes[0].Core.View.Head.Number > 3_000);
        Assert.True(network.Nodes[0].Core.View.HeadTotalDifficulty > network.Nodes[1].Core.View.HeadTotalDifficulty);

        network.Heal();

        Assert.True(network.RunUntil(() => network.IsConverged, TimeSpan.FromSeconds(30)), $"{network.Nodes[1].Core.View.Head}");
    }

    [Fact]
    public void A_node_that_joins_a_long_chain_says_so_as_soon_as_headers_show_it_and_catches_up()
    {
        var network = Miners(4);
        network.Partition([0, 1, 2], [3]);
        network.SetHashRate(3, 0);
        network.Run(TimeSpan.FromMinutes(30));
        network.SetHashRate(3, 65_536.0 / 8);

        network.Heal();

        Assert.True(network.RunUntil(() => network.Nodes[3].Core.View.Sync is not null, TimeSpan.FromMilliseconds(500)));
        Assert.True(network.RunUntil(() => network.Nodes[3].Core.View.Sync is null && network.IsConverged,
            TimeSpan.FromSeconds(20)));
        Assert.All(network.Nodes.Take(3), node => Assert.DoesNotContain(node.Core.View.Reorgs, reorg => reorg.Depth > 2));
    }

    [Fact]
    public void Ever_new_peers_with_ever_greater_claims_do_not_keep_a_node_from_the_chain_of_an_honest_one()
    {
        var network = Miners(2);
        network.SetHashRate(1, 0);
        network.Partition([0], [1]);
        network.Run(TimeSpan.FromMinutes(5));
        var first = network.AddStranger(1, Claim(1));
        network.Heal();
        var honest = network.Nodes[0].Core.View.Head.Number;

        // Each is silent: the longest way to fail.
        for (byte lie = 2; lie < 30 && network.Nodes[1].Core.View.Head.Number < honest; lie++)
        {
            network.Run(TimeSpan.FromSeconds(1));
            network.AddStranger(1, Claim(lie));
        }

        Assert.NotEmpty(first.Heard.OfType<WireMessage.GetBlockHeaders>());
        Assert.True(network.Nodes[1].Core.View.Head.Number >= honest, $"the node is still at {network.Nodes[1].Core.View.Head}");

        Func<WireMessage.Status, WireMessage.Status> Claim(byte lie) => greeting => greeting with
        {
            HeadHash = Keccak256.Hash([lie]),
            TotalDifficulty = UInt256.One << (100 + lie),
        };
    }

    private static WireMessage.BlockHeaders? Probe(WireMessage.GetBlockHeaders ask, string what, SimulatedNode node)
    {
        SealedHeader Ours(ulong number) =>
            node.Store.GetHeader(node.Store.GetCanonicalHash(Math.Min(number, node.Core.View.Head.Number))!.Value)!;
        SealedHeader MadeUp(ulong number) => new(Ours(1).Header with { Number = number, ParentHash = Hash256.Zero });
        var asked = Enumerable.Range(0, (int)ask.Limit).Select(i => ask.StartNumber + ((ulong)i * (ask.Skip + 1))).ToList();
        IReadOnlyList<SealedHeader>? answer = what switch
        {
            "nothing" => [],
            "silence" => null,
            "one header" => [Ours(asked[0])],
            "the same headers every time" => [.. Enumerable.Range(1, asked.Count).Select(number => Ours((ulong)number))],
            "headers in the wrong order" => [.. asked.Select(Ours).Reverse()],
            "the headers of other heights" => [.. asked.Select(number => Ours(number - 1))],
            "headers that all lie above" => [.. asked.Select(number => MadeUp(number + 1_000))],
            "more headers than asked for" => [.. asked.Append(asked[^1] + 1).Select(MadeUp)],
            "our own headers, without end" => [.. asked.Select(Ours)],
            _ => [.. asked.Select(MadeUp)],
        };
        return answer is null ? null : new WireMessage.BlockHeaders(ask.RequestId, answer);
    }

    private static bool IsBehind(SimulatedNode node) => node.Core.View.Sync is not null;

    /// <summary>No other peer of this node lost points.</summary>
    internal static void AssertNobodyElsePays(SimulatedNetwork network, int node, SimulatedStranger than) =>
        Assert.DoesNotContain(
        network.Trace.Lines,
        line => line.Contains($" node {node} ", StringComparison.Ordinal)
            && line.Contains(" pays ", StringComparison.Ordinal)
            && !line.Contains($" {than.Id} ", StringComparison.Ordinal));

    /// <summary>A chain from genesis to a block of a node's.</summary>
    private static List<SealedHeader> Chain(SimulatedNode node, SealedHeader tip)
    {
        var chain = new List<SealedHeader> { tip };
        while (chain[^1].Number > 0) chain.Add(node.Store.GetHeader(chain[^1].ParentHash)!);
        chain.Reverse();
        return chain;
    }

    private static List<SealedHeader> Serve(WireMessage.GetBlockHeaders ask, List<SealedHeader> chain)
    {
        var number = ask.StartHash is { } hash ? chain.FindIndex(header => header.Hash == hash) : (int)ask.StartNumber;
        var headers = new List<SealedHeader>();
        var step = (ask.Reverse ? -1 : 1) * ((int)ask.Skip + 1);
        for (; number >= 0 && number < chain.Count && headers.Count < (int)ask.Limit; number += step) headers.Add(chain[number]);
        return headers;
    }

    /// <summary>Headers from genesis on that follow every rule, each of the least difficulty.</summary>
    private static List<SealedHeader> LightBranch(SimulatedNetwork network, int length)
    {
        var headers = new List<SealedHeader> { network.Genesis.Block.Header };
        for (var number = 1; number <= length; number++)
        {
            var at = new At((long)(headers[^1].Header.Timestamp + 2) * 1000);
            headers.Add(new SealedHeader(network.Rules.Lifecycle.Prepare(headers[^1], new Address([.. new byte[19], 9]), default,
                at)!));
        }

        return headers;
    }

    private static SimulatedNetwork Miners(int nodes, double hashRate = 65_536.0 / 2)
    {
        var genesis = new GenesisFile
        {
            Spec = new ChainSpec { ChainId = 31337, Consensus = new ProofOfWorkSettings { Seal = SealKind.Simulated } },
            Difficulty = 65_536,
            GasLimit = 30_000_000,
            Timestamp = 1_700_000_000,
            Alloc = Accounts.Alloc,
        };
        var network = new SimulatedNetwork(genesis, nodes, seed: 70);
        for (var i = 0; i < nodes; i++) network.SetHashRate(i, hashRate / nodes);
        network.ConnectAll();
        return network;
    }
}
