using System.Text.Json.Nodes;
using Chain.Host;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>What a person asks for in a new test network.</summary>
public sealed record TestnetWishes
{
    public int Nodes { get; init; } = 4;

    /// <summary>The RPC port of the first node; the others follow.</summary>
    public int RpcPort { get; init; } = 8545;

    public int PeerPort { get; init; } = 30303;

    public ulong GasLimit { get; init; } = 30_000_000;

    /// <summary>The options that only the making of the network heeds, as text by name, for its manifest.</summary>
    public SortedDictionary<string, string> MadeWith { get; init; } = [];

    /// <summary>The consensus rule, and what is asked of it.</summary>
    public required RuleWishes Rule { get; init; }
}

/// <summary>Turns wishes into a manifest, a genesis file and node keys.</summary>
public static class TestnetPlan
{
    public const ulong ChainId = 31337;
    public const int MaxNodes = 128;

    private const int AdminPortOffset = 1000;

    /// <exception cref="TestnetException">A wish that cannot be met, or a port in use.</exception>
    public static TestnetManifest Create(TestnetFolder folder, TestnetWishes wishes)
    {
        var start = StartEstimate.Of(wishes.Nodes);
        Check(wishes);
        if (File.Exists(folder.Path)) throw new UsageException($"{folder.Path} is a file; --dir names a folder.");

        // Before anything is written, so that a refusal leaves nothing behind.
        for (var i = 0; i < wishes.Nodes; i++)
            CheckPorts(i, wishes.RpcPort + i, wishes.RpcPort + AdminPortOffset + i, wishes.PeerPort + i);
        var nodes = Nodes(folder, wishes);
        var plan = wishes.Rule.Plan(new NetworkSite(folder, nodes, ChainId, wishes.GasLimit, DevelopmentAlloc(), start));
        var manifest = new TestnetManifest
        {
            Version = 1,
            Consensus = wishes.Rule.Rule.Name,
            ChainId = ChainId,
            MadeWith = wishes.MadeWith,
            Nodes = [.. nodes.Zip(plan.OfNodes, (node, own) => node with { Own = own })],
            Own = plan.Own,
        };
        folder.Create(manifest, plan.Genesis);
        return manifest;
    }

    /// <exception cref="TestnetException">A port that the node needs is in use.</exception>
    public static void CheckPorts(TestnetNode node) => CheckPorts(node.Index, node.RpcPort, node.AdminPort, node.PeerPort);

    /// <summary>The peers that a node dials: all others in a small network, some by growing distance in a large one.</summary>
    public static IEnumerable<TestnetNode> PeersOf(TestnetManifest manifest, int index)
    {
        var count = manifest.Nodes.Count;
        if (count <= 12) return manifest.Nodes.Where(node => node.Index < index);
        var distances = Enumerable.Range(0, 31).Select(power => 1 << power).TakeWhile(distance => distance < count);
        return distances.Select(distance => manifest.Nodes[(index + distance) % count]).DistinctBy(node => node.Index);
    }

    private static List<TestnetNode> Nodes(TestnetFolder folder, TestnetWishes wishes)
    {
        var nodes = new List<TestnetNode>();
        for (var i = 0; i < wishes.Nodes; i++)
        {
            Directory.CreateDirectory(folder.NodeFolder(i));
            if (!NodeKeyFile.LoadOrCreate(Path.Combine(folder.NodeFolder(i), "nodekey")).IsOk(out var key, out var error))
                throw new TestnetException(error);
            var id = NodeId.Of(key).ToString();
            var peerPort = wishes.PeerPort + i;
            nodes.Add(new TestnetNode(
                i, wishes.RpcPort + i, wishes.RpcPort + AdminPortOffset + i, peerPort,
                $"enode://{id}@127.0.0.1:{peerPort}", id, BeneficiaryOf(i).ToString()));
        }

        return nodes;
    }

    // Who gets rewards and fees is nobody: 0x00…c0de00 and up.
    private static Address BeneficiaryOf(int index) => new([.. new byte[17], 0xc0, 0xde, (byte)index]);

    private static void Check(TestnetWishes wishes)
    {
        if (wishes.Nodes is < 1 or > MaxNodes)
            throw new UsageException($"A test network has 1 to {MaxNodes} nodes, not {wishes.Nodes}.");
        wishes.Rule.Check(wishes.Nodes);
        CheckRange("--rpc-port", "JSON-RPC", wishes.RpcPort, wishes.Nodes);
        CheckRange("--rpc-port", "administration", wishes.RpcPort + AdminPortOffset, wishes.Nodes);
        CheckRange("--p2p-port", "peers", wishes.PeerPort, wishes.Nodes);

        int[] firsts = [wishes.RpcPort, wishes.RpcPort + AdminPortOffset, wishes.PeerPort];
        if (Math.Abs(firsts[0] - firsts[2]) < wishes.Nodes || Math.Abs(firsts[1] - firsts[2]) < wishes.Nodes)
            throw new UsageException($"--p2p-port {firsts[2]} and the ports after it meet those of JSON-RPC from {firsts[0]} "
                + $"or of administration from {firsts[1]}; choose --rpc-port and --p2p-port further apart.");
    }

    private static void CheckRange(string option, string use, int first, int nodes)
    {
        var last = first + nodes - 1;
        if (first < 1024 || last > 65_535)
            throw new UsageException($"{option}: the ports for {use} would be {first} to {last}, and they must lie between "
                + $"1024 and 65535.");
    }

    private static JsonObject DevelopmentAlloc()
    {
        var alloc = new JsonObject();
        foreach (var key in DevelopmentAccounts.Keys)
            alloc[key.Address.ToString()] = new JsonObject { ["balance"] = "10000000000000000000000" };
        return alloc;
    }

    private static void CheckPorts(int index, int rpcPort, int adminPort, int peerPort)
    {
        foreach (var (port, what, option) in new[] { (rpcPort, "JSON-RPC", "--rpc-port"),
            (adminPort, "administration", "--rpc-port"), (peerPort, "peers", "--p2p-port") })
        {
            if (!LocalPort.IsFree(port))
                throw new TestnetException($"Port {port}, where node {index} would listen for {what}, is in use. Stop what "
                    + $"uses it, or begin a network in another --dir with another {option}.");
        }
    }
}
