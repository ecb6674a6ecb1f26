using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Chain.Rules;
using Chain.Testnet;

namespace Chain.Tests.EndToEnd;

/// <summary>A network of real processes in a folder of its own, on ports of its own; gone when disposed.</summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private const int MostNodes = 10;

    // Below the ports that systems hand out by themselves, which begin at 32768 or later. An even thousand, because the thousand
    // after it is for administration: no network takes the ports of another that is only stopped.
    private static readonly int FirstPort = 12_000 + (Environment.ProcessId % 8 * 2000);
    private static int _networks = -1;

    private TestNetwork(string folder, int rpcPort)
    {
        Folder = folder;
        RpcPort = rpcPort;
    }

    public string Folder { get; }

    public int RpcPort { get; }

    public string GenesisFile => new TestnetFolder(Folder).GenesisFile;

    public string Url(int node) => $"http://127.0.0.1:{RpcPort + node}";

    /// <summary>What the network's manifest says of a node: ports, identity.</summary>
    public TestnetNode Describe(int node) => new TestnetFolder(Folder).Load(KnownRules.Networks).Nodes[node];

    public static async Task<TestNetwork> UpAsync(int nodes, params string[] more)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"chain-e2e-{Environment.ProcessId}-{Guid.NewGuid():n}");
        var port = FreePorts(nodes);
        var network = new TestNetwork(folder, port);
        var up = await Programs.ChainAsync(["testnet", "up", "--dir", folder, "--nodes", $"{nodes}", "--rpc-port", $"{port}",
            "--p2p-port", $"{port + 50}", "--detach", "--json", .. more]);
        up.Succeeded();
        return network;
    }

    public Task<Programs.Outcome> TestnetAsync(params string[] arguments) =>
        Programs.ChainAsync(["testnet", .. arguments, "--dir", Folder, "--json"]);

    public async Task<JsonNode> StatusAsync() => (await TestnetAsync("status")).Succeeded().Json;

    public async Task<JsonNode?> CallAsync(int node, string method, params JsonNode?[] parameters)
    {
        using var client = new NodeClient(RpcPort + node, TimeSpan.FromSeconds(20));
        return JsonNode.Parse((await client.AskAsync(method, parameters)).ToJson());
    }

    public async Task<ulong> HeightAsync(int node) => Convert.ToUInt64((string)(await CallAsync(node, "eth_blockNumber"))!, 16);

    /// <summary>Waits until something is so; fails with what was last seen when it takes longer than any machine needs.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> look, Func<T, bool> isSo, string what, int seconds = 120)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (true)
        {
            var seen = await look();
            if (isSo(seen)) return seen;
            Assert.False(patience.IsCancellationRequested, $"{what}: not within {seconds} s; last seen: {seen}");
            await Task.Delay(100, CancellationToken.None);
        }
    }

    /// <summary>Waits until all running nodes have one head of at least this height.</summary>
    public Task<JsonNode> ConvergedAsync(long height = 0) => UntilAsync(
        StatusAsync,
        status => (bool)status["converged"]!
        && status["nodes"]!.AsArray().Where(node => (string?)node!["state"] == "running").All(node =>
            (long)node!["head"]!["number"]! >= height),
        $"one head at block {height} or above");

    public async ValueTask DisposeAsync()
    {
        await TestnetAsync("down");
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>
    /// The first of as many JSON-RPC ports, whose ports for peers (50 on) and administration (1000 on) are free too and no other
    /// network's.
    /// </summary>
    public static int FreePorts(int nodes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nodes, MostNodes);
        while (true)
        {
            // Five networks of ten nodes in a hundred ports, fifty in a thousand.
            var (thousand, rest) = Math.DivRem(Interlocked.Increment(ref _networks), 50);
            var first = FirstPort + (thousand * 2000) + (rest / 5 * 100) + (rest % 5 * MostNodes);
            var wanted = Enumerable.Range(first, nodes)
                .Concat(Enumerable.Range(first + 50, nodes)).Concat(Enumerable.Range(first + 1000, nodes));
            if (wanted.All(IsFree)) return first;
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
