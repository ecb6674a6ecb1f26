using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Consensus;
using Chain.Host;
using Chain.Node;
using Chain.Primitives;
using Chain.Rules;

namespace Chain.Testnet;

/// <summary>What a person asks for in a new test network.</summary>
public sealed record TestnetWishes
{
    public int Nodes { get; init; } = 4;

    public ulong BlockTimeSeconds { get; init; } = 2;

    /// <summary>The RPC port of the first node; the others follow.</summary>
    public int RpcPort { get; init; } = 8545;

    public int PeerPort { get; init; } = 30303;

    /// <summary>Hashes a second of all nodes together.</summary>
    public double HashRate { get; init; } = 400_000;

    public ulong GasLimit { get; init; } = 30_000_000;

    /// <summary>Parts of the hash rate by node; null for equal parts.</summary>
    public IReadOnlyList<double>? HashShares { get; init; }

    /// <summary>Proof of stake; null for proof of work. Block time and hash rate mean nothing then.</summary>
    public StakeWishes? Stake { get; init; }
}

/// <summary>Turns wishes into a manifest, a genesis file and node keys.</summary>
public static class TestnetPlan
{
    public const ulong ChainId = 31337;
    public const int MaxNodes = 128;
    public const double MaxHashRate = 1e12;

    private const int AdminPortOffset = 1000;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

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
        string genesis;
        TestnetStake? asked = null;
        if (wishes.Stake is { } stake)
            (nodes, genesis, asked) = WithValidators(folder, nodes, wishes, stake, stake.GenesisDelay ?? start);
        else genesis = Write(WorkGenesis(wishes));
        var manifest = new TestnetManifest
        {
            Version = 1,
            Consensus = wishes.Stake is null ? "pow" : "pos",
            ChainId = ChainId,
            BlockTimeSeconds = wishes.Stake is null ? wishes.BlockTimeSeconds : 0,
            HashRate = wishes.Stake is null ? wishes.HashRate : 0,
            Stake = asked,
            Nodes = nodes,
        };
        folder.Create(manifest, genesis);
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
        var shares = Shares(wishes);
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
                $"enode://{id}@127.0.0.1:{peerPort}", id, BeneficiaryOf(i).ToString(), wishes.HashRate * shares[i]));
        }

        return nodes;
    }

    private static (List<TestnetNode> Nodes, string Genesis, TestnetStake Stake) WithValidators(TestnetFolder folder,
        List<TestnetNode> nodes, TestnetWishes wishes, StakeWishes stake, TimeSpan start)
    {
        var secrets = nodes.ConvertAll(node =>
            StakePlan.DrawKeys(folder.NodeFolder(node.Index),
                StakePlan.ValidatorsOf(node.Index, nodes.Count, stake.Validators).Count));
        var genesis = StakePlan.Genesis(stake, [.. secrets.SelectMany(own => own)], ChainId, wishes.GasLimit);
        genesis["alloc"] = DevelopmentAlloc();
        var genesisTime = StakePlan.GenesisTime(DateTimeOffset.UtcNow, start, stake.SlotMs);
        genesis["timestamp"] = genesisTime;
        var text = Write(genesis);
        var hash = ConsensusFactory.BuildGenesis(KnownRules.Genesis.Parse(text)).Block.Hash;
        foreach (var node in nodes) StakePlan.Register(folder.NodeFolder(node.Index), secrets[node.Index], hash);
        return (nodes.ConvertAll(node => node with { HashRate = 0, Validators = Describe(node.Index) }), text,
            new TestnetStake(stake.SlotMs, stake.SlotsPerEpoch, stake.Validators, genesisTime));

        TestnetValidators? Describe(int node)
        {
            var (first, count) = StakePlan.ValidatorsOf(node, nodes.Count, stake.Validators);
            return count == 0
                ? null
                : new TestnetValidators(first, count, StakePlan.BehaviourOf(node, first, secrets[node], stake));
        }
    }

    // Who gets rewards and fees is nobody: 0x00…c0de00 and up.
    private static Address BeneficiaryOf(int index) => new([.. new byte[17], 0xc0, 0xde, (byte)index]);

    private static void Check(TestnetWishes wishes)
    {
        if (wishes.Nodes is < 1 or > MaxNodes)
            throw new UsageException($"A test network has 1 to {MaxNodes} nodes, not {wishes.Nodes}.");
        if (wishes.Stake is { } stake) StakePlan.Check(stake, wishes.Nodes);
        if (wishes.BlockTimeSeconds is < 2 or > 3600)
            throw new UsageException($"The block time is from 2 to 3600 s, not {wishes.BlockTimeSeconds} s: header time has "
                + $"whole seconds.");
        if (wishes.HashRate is not (>= 1000 and <= MaxHashRate))
            throw new UsageException($"The hash rate of a network is from 1000 to 10^12 hashes a second, not {wishes.HashRate}.");
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

    private static double[] Shares(TestnetWishes wishes)
    {
        if (wishes.HashShares is null) return [.. Enumerable.Repeat(1.0 / wishes.Nodes, wishes.Nodes)];
        if (wishes.HashShares.Count != wishes.Nodes)
            throw new UsageException($"--hash-share names {wishes.HashShares.Count} shares for {wishes.Nodes} nodes; give one "
                + $"for each.");
        var sum = wishes.HashShares.Sum();
        if (wishes.HashShares.Any(share => share is not (>= 0 and <= 1)) || sum <= 0)
            throw new UsageException("Each share of --hash-share is from 0 to 1, and not all are 0.");
        return [.. wishes.HashShares.Select(share => share / sum)];
    }

    /// <summary>
    /// Genesis difficulty is a quarter of what the rate deserves, so that the first blocks come at once; it then settles.
    /// </summary>
    private static JsonObject WorkGenesis(TestnetWishes wishes)
    {
        var settled = wishes.HashRate * wishes.BlockTimeSeconds;
        return new JsonObject
        {
            ["config"] = new JsonObject
            {
                ["chainId"] = ChainId,
                ["chain"] = new JsonObject
                {
                    ["consensus"] = "proof-of-work",
                    ["blockTimeSeconds"] = wishes.BlockTimeSeconds,
                    ["gasLimitTarget"] = wishes.GasLimit,
                },
            },
            ["difficulty"] = Math.Max(65_536, (ulong)(settled / 4)),
            ["gasLimit"] = wishes.GasLimit,
            ["timestamp"] = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            // Two networks made in the same second are still two networks.
            ["extraData"] = Hex.Encode(RandomNumberGenerator.GetBytes(8)),
            ["alloc"] = DevelopmentAlloc(),
        };
    }

    private static JsonObject DevelopmentAlloc()
    {
        var alloc = new JsonObject();
        foreach (var key in DevelopmentAccounts.Keys)
            alloc[key.Address.ToString()] = new JsonObject { ["balance"] = "10000000000000000000000" };
        return alloc;
    }

    private static string Write(JsonObject genesis) => genesis.ToJsonString(Indented);

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
