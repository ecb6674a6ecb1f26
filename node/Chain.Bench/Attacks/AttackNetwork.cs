using System.Globalization;
using Chain.Consensus.Stake;
using Chain.Consensus;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules;
using Chain.Rules.Stake;
using Chain.Rules.Work;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>What an attack is tried on.</summary>
public sealed record AttackTerrain
{
    public int Nodes { get; init; } = 2;

    public bool IsStake { get; init; }

    /// <summary>Under proof of work: who makes blocks, in turn; null for every node.</summary>
    public IReadOnlyList<int>? Miners { get; init; }

    /// <summary>The nodes that are attacked and measured.</summary>
    public IReadOnlyList<int> Victims { get; init; } = [1];

    /// <summary>From one block to the next, under proof of stake a slot.</summary>
    public TimeSpan BlockTime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The program `chain` that its nodes are; null for this very program.</summary>
    public string? NodeProgram { get; init; }

    /// <summary>In words, for reports.</summary>
    public string Text
    {
        get
        {
            var rule = IsStake ? "proof of stake" : "proof of work";
            var seconds = BlockTime.TotalSeconds;
            return string.Create(CultureInfo.InvariantCulture, $"{rule}, {Nodes} nodes, a block each {seconds:0.###} s");
        }
    }
}

/// <summary>
/// A network of node processes that is attacked. Under proof of work the nodes' own miners are off and blocks come on a beat
/// (<see cref="BlockBeat"/>); under proof of stake the slots are the beat.
/// </summary>
public sealed class AttackNetwork : IAsyncDisposable
{
    // Sixteen times the least: a block sealed at the least difficulty is light here, and the beat still finds its own in a
    // tenth of a second.
    private const double Difficulty = 16 * 65_536;

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly TestnetRunner _runner;
    private readonly BlockBeat? _beat;

    private AttackNetwork(TestnetRunner runner, AttackTerrain terrain)
    {
        (_runner, Terrain) = (runner, terrain);
        var genesis = KnownRules.Genesis.Parse(File.ReadAllText(runner.Folder.GenesisFile));
        (Genesis, ChainId) = (ConsensusFactory.BuildGenesis(genesis).Block, genesis.Spec.ChainId);
        Forgery = new Forgery(Genesis, genesis.Spec);
        if (terrain.IsStake) return;
        _beat = new BlockBeat(runner.Manifest, terrain.Miners ?? [.. Enumerable.Range(0, terrain.Nodes)], terrain.BlockTime);
    }

    public AttackTerrain Terrain { get; }

    public Block Genesis { get; }

    public ulong ChainId { get; }

    public Forgery Forgery { get; }

    public TestnetManifest Manifest => _runner.Manifest;

    /// <summary>Starts a network in a folder and waits until every node has its second block.</summary>
    /// <exception cref="TestnetException">It does not start.</exception>
    public static async Task<AttackNetwork> StartAsync(
        string folder, int rpcPort, AttackTerrain terrain, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(terrain);
        var testnet = new TestnetFolder(folder);
        var wishes = new TestnetWishes
        {
            Nodes = terrain.Nodes,
            RpcPort = rpcPort,
            PeerPort = rpcPort + 50,
            Rule = terrain.IsStake
                ? new StakeWishes { SlotMs = (ulong)terrain.BlockTime.TotalMilliseconds, SlotsPerEpoch = 4, Validators = 16 }
                : new WorkWishes { HashRate = Difficulty * 4 / 2 },
        };
        var manifest = TestnetPlan.Create(testnet, wishes);
        if (!terrain.IsStake) manifest = manifest with { Nodes = [.. manifest.Nodes.Select(WorkNetwork.WithoutMining)] };
        var runner = new TestnetRunner(testnet, manifest, wishes.Rule.Rule) { NodeProgram = terrain.NodeProgram };
        var network = new AttackNetwork(runner, terrain);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(StartLimit);
            await network._runner.StartAllAsync(patience.Token);
            network._beat?.Start();
            await network._runner.WaitForBlockAsync(2, patience.Token);
            return network;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            await network.DisposeAsync();
            throw new TestnetException($"The network did not reach block 2 within {StartLimit.TotalSeconds} s.");
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of a node's JSON-RPC.</summary>
    public NodeClient Rpc(int node) => new(Manifest.Nodes[node].RpcPort);

    /// <summary>Where peers reach a node.</summary>
    public Enode EnodeOf(int node) =>
        Enode.Parse(Manifest.Nodes[node].Enode).IsOk(out var enode, out var why) ? enode : throw new TestnetException(why);

    /// <summary>How to dial a node as a peer of this chain that claims nothing.</summary>
    public HostileOptions Options(int node) => new(EnodeOf(node), Genesis, ChainId)
    {
        Rule = Terrain.IsStake ? StakeMessageCodec.Instance : null,
    };

    /// <summary>The heads of all nodes; null where one does not answer.</summary>
    public Task<ulong?[]> HeightsAsync(CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, Terrain.Nodes).Select(node => HeightAsync(node, cancellation)));

    /// <summary>A node's head; null where it does not answer.</summary>
    public async Task<ulong?> HeightAsync(int node, CancellationToken cancellation)
    {
        using var client = Rpc(node);
        return (await client.TryAskAsync("eth_blockNumber", [], cancellation))?.Number();
    }

    /// <summary>The least head of all nodes; nodes that do not answer are asked again.</summary>
    public async Task<ulong> LeastHeightAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var heights = await HeightsAsync(cancellation);
            if (heights.All(height => height is not null)) return heights.Min()!.Value;
        }
    }

    /// <summary>Bytes of resident memory, as the system counts them; 0 for a node that has ended.</summary>
    public long ResidentBytes(int node)
    {
        using var process = _runner.Folder.FindProcess(node);
        return process?.WorkingSet64 ?? 0;
    }

    /// <summary>Penalty points of a node's peers by their identity.</summary>
    public async Task<IReadOnlyDictionary<string, int>> ScoresAsync(int node, CancellationToken cancellation)
    {
        using var client = new NodeClient(Manifest.Nodes[node].AdminPort);
        var scores = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var peer in (await client.TryAskAsync("admin_peers", [], cancellation))?.Items() ?? [])
        {
            if (peer.Field("protocols")?.Field("eth")?.Field("score") is { } score)
                scores[peer.Require("id").Text()] = (int)score.Count();
        }

        return scores;
    }

    /// <summary>Ends a node at once and starts it again.</summary>
    public Task RestartAsync(int node, CancellationToken cancellation)
    {
        _runner.Kill(node);
        return _runner.StartAsync(node, cancellation);
    }

    /// <summary>Cuts the network into groups.</summary>
    public Task CutAsync(IReadOnlyList<IReadOnlyList<int>> groups, CancellationToken cancellation) =>
        _runner.PartitionAsync(groups, cancellation);

    public Task HealAsync(CancellationToken cancellation) => _runner.HealAsync(cancellation);

    /// <summary>
    /// Makes a block on a node under proof of work, besides those of the beat; false when it has no work or refuses the
    /// solution.
    /// </summary>
    public Task<bool> MineAsync(int node, CancellationToken cancellation) =>
        _beat?.MineAsync(node, cancellation) ?? throw new InvalidOperationException("Proof of stake has no miners.");

    /// <summary>Waits until every node has the same head.</summary>
    public async Task ConvergedAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var heads = await Task.WhenAll(Enumerable.Range(0, Terrain.Nodes).Select(async node =>
            {
                using var client = Rpc(node);
                var block = await client.TryAskAsync("eth_getBlockByNumber", ["latest", false], cancellation);
                return block?.Require("hash").Text();
            }));
            if (heads[0] is not null && heads.All(head => head == heads[0])) return;
            await Task.Delay(20, cancellation);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_beat is not null) await _beat.DisposeAsync();
        await _runner.StopAllAsync();
    }
}
