using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Chain.Testnet;

/// <summary>Starts, stops, cuts and heals the processes of a test network.</summary>
public sealed partial class TestnetRunner(TestnetFolder folder, TestnetManifest manifest, NetworkRule rule)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ProcessLook = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    private const int SigStop = 19;
    private const int SigContinue = 18;

    public TestnetManifest Manifest => manifest;

    public TestnetFolder Folder => folder;

    public NetworkRule Rule => rule;

    /// <summary>The network in a folder.</summary>
    /// <param name="rules">The rules that there are.</param>
    /// <exception cref="TestnetException">No network is there, or its manifest cannot be read.</exception>
    public static TestnetRunner Open(TestnetFolder folder, IReadOnlyList<NetworkRule> rules)
    {
        var manifest = folder.Load(rules);
        return new TestnetRunner(folder, manifest, rules.First(rule => rule.Name == manifest.Consensus));
    }

    /// <summary>The program `chain` that nodes are started with; null for this very program.</summary>
    public string? NodeProgram { get; init; }

    /// <summary>
    /// Starts every node that does not run, and waits until all answer. When that fails, those that were started are stopped
    /// again.
    /// </summary>
    /// <returns>The nodes that were started.</returns>
    /// <exception cref="TestnetException">A node died or did not answer in time; the message holds the end of its log, and which
    /// nodes were stopped.</exception>
    public async Task<IReadOnlyList<int>> StartAllAsync(CancellationToken cancellation)
    {
        var missing = manifest.Nodes.Where(node => folder.FindProcess(node.Index) is null).Select(node => node.Index).ToList();
        foreach (var index in missing) TestnetPlan.CheckPorts(manifest.Nodes[index]);
        try
        {
            foreach (var index in missing) Launch(index);
            await Task.WhenAll(missing.Select(index => WaitUntilAnsweringAsync(index, cancellation)));
            return missing;
        }
        catch (Exception e)
        {
            var stopped = await StopAsync(missing);
            if (stopped.Count == 0 || e is not (TestnetException or IOException or UnauthorizedAccessException)) throw;
            throw new NodeStartException($"{e.Message}{Environment.NewLine}The nodes that had been started were stopped again: "
                + $"{string.Join(", ", stopped)}.", e);
        }
    }

    /// <summary>Waits until every node knows a block of this height.</summary>
    public Task WaitForBlockAsync(ulong number, CancellationToken cancellation) =>
        Task.WhenAll(manifest.Nodes.Select(async node =>
    {
        using var client = new NodeClient(node.RpcPort);
        while (await client.TryAskAsync("eth_blockNumber", [], cancellation) is not { } head || head.Number() < number)
            await Task.Delay(20, cancellation);
    }));

    /// <param name="index">Which node.</param>
    /// <param name="options">Further arguments of `chain node run`, for this start only.</param>
    /// <exception cref="TestnetException">It runs already, or does not come up.</exception>
    public async Task StartAsync(int index, CancellationToken cancellation, params string[] options)
    {
        Check(index);
        if (folder.FindProcess(index) is { } running)
            throw new TestnetException($"Node {index} runs already, as process {running.Id}.");
        TestnetPlan.CheckPorts(manifest.Nodes[index]);
        Launch(index, options);
        await WaitUntilAnsweringAsync(index, cancellation);
    }

    /// <summary>Ends a node at once, as a power cut would.</summary>
    public int Kill(int index)
    {
        var process = Running(index);
        process.Kill();
        process.WaitForExit(StopLimit);
        folder.ForgetProcess(index);
        return process.Id;
    }

    /// <summary>Freezes a node: it keeps its connections and does nothing.</summary>
    public int Pause(int index) => Signal(index, SigStop);

    public int Resume(int index) => Signal(index, SigContinue);

    /// <summary>Ends all nodes in good order, the stubborn ones by force.</summary>
    /// <returns>How many ran.</returns>
    public async Task<int> StopAllAsync() => (await StopAsync(manifest.Nodes.Select(node => node.Index))).Count;

    private async Task<List<int>> StopAsync(IEnumerable<int> nodes)
    {
        var running = nodes.Select(index => (Index: index, Process: folder.FindProcess(index)))
            .Where(item => item.Process is not null).ToList();
        foreach (var (index, process) in running)
        {
            if (IsStopped(process!)) Signal(index, SigContinue);
        }

        await Task.WhenAll(running.Select(async item =>
        {
            using var client = new NodeClient(manifest.Nodes[item.Index].AdminPort);
            await client.TryAskAsync("admin_shutdown", []);
            using var patience = new CancellationTokenSource(StopLimit);
            try
            {
                await item.Process!.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                item.Process!.Kill();
                await item.Process.WaitForExitAsync();
            }

            folder.ForgetProcess(item.Index);
        }));
        return running.ConvertAll(item => item.Index);
    }

    /// <summary>Cuts the network: nodes reach only those of their own group. A node in no group stands alone.</summary>
    public async Task PartitionAsync(IReadOnlyList<IReadOnlyList<int>> groups, CancellationToken cancellation)
    {
        var groupOf = new int?[manifest.Nodes.Count];
        for (var group = 0; group < groups.Count; group++)
        {
            foreach (var index in groups[group])
            {
                Check(index);
                if (groupOf[index] is not null) throw new UsageException($"Node {index} stands in two groups.");
                groupOf[index] = group;
            }
        }

        await OnAllRunningAsync("admin_setBlockedPeers", index =>
        {
            var blocked = manifest.Nodes.Where(other =>
                other.Index != index && (groupOf[index] is null || groupOf[other.Index] != groupOf[index]));
            return [new JsonArray([.. blocked.Select(other => (JsonNode)other.NodeId)])];
        }, cancellation);
    }

    /// <summary>Ends partitions and link faults.</summary>
    public Task HealAsync(CancellationToken cancellation) => OnAllRunningAsync("admin_heal", _ => [], cancellation);

    public async Task SkewAsync(int index, TimeSpan skew, CancellationToken cancellation)
    {
        CheckAwake(index);
        using var client = new NodeClient(manifest.Nodes[index].AdminPort);
        await client.AskAsync("admin_setClockSkew", [(long)skew.TotalMilliseconds], cancellation);
    }

    /// <summary>Gives a link faults in both directions; sound again with zeros.</summary>
    public async Task LinkAsync(int a, int b, TimeSpan delay, double loss, double duplication, CancellationToken cancellation)
    {
        Check(a);
        Check(b);
        if (a == b) throw new UsageException($"A link joins two nodes; {a} and {b} are one.");
        foreach (var index in new[] { a, b })
        {
            CheckAwake(index);

            // Both answer before either is told: a link with faults in one direction was not asked for.
            using var client = new NodeClient(manifest.Nodes[index].AdminPort);
            await client.AskAsync("net_version", [], cancellation);
        }

        foreach (var (from, to) in new[] { (a, b), (b, a) })
        {
            using var client = new NodeClient(manifest.Nodes[from].AdminPort);
            var faults = new JsonObject
            {
                ["delayMs"] = (long)delay.TotalMilliseconds,
                ["loss"] = loss,
                ["duplicate"] = duplication,
            };
            await client.AskAsync("admin_setLink", [manifest.Nodes[to].NodeId, faults], cancellation);
        }
    }

    private async Task OnAllRunningAsync(string method, Func<int, JsonNode?[]> parameters, CancellationToken cancellation)
    {
        var running = manifest.Nodes.Where(node => folder.FindProcess(node.Index) is { } process && !IsStopped(process)).ToList();
        if (running.Count == 0)
            throw new NoNodeException($"No node of {folder.Path} runs. Start the network with `chain testnet up --dir "
                + $"{folder.Path}`.");
        await Task.WhenAll(running.Select(async node =>
        {
            using var client = new NodeClient(node.AdminPort);
            await client.AskAsync(method, parameters(node.Index), cancellation);
        }));
    }

    private void Launch(int index, params string[] options)
    {
        if (!Directory.Exists(folder.NodeFolder(index)))
            throw new TestnetException($"The folder of node {index}, {folder.NodeFolder(index)}, is gone, and with it "
                + $"{rule.KeysOf(manifest.Nodes[index])}. Put it back, or make a new network in another --dir.");
        var node = manifest.Nodes[index];
        var (program, first) = NodeProgram is { } named ? (named, []) : OwnProgram();
        var start = StartInfo(program, folder.ErrorFile(index));
        foreach (var argument in first) start.ArgumentList.Add(argument);
        string[] arguments =
        [
            "node", "run",
            "--genesis", folder.GenesisFile,
            "--data", folder.NodeFolder(index),
            "--name", $"node {index}",
            "--p2p-port", $"{node.PeerPort}",
            "--rpc-port", $"{node.RpcPort}",
            "--admin-port", $"{node.AdminPort}",
            "--log-file", folder.LogFile(index),
            "--coinbase", node.Beneficiary,
            "--faults",
            .. rule.ArgumentsOf(node),
            .. options,
            .. TestnetPlan.PeersOf(manifest, index).SelectMany(peer => (string[])["--peer", peer.Enode]),
            .. manifest.Nodes.Where(peer => peer.Index != index).SelectMany(peer => (string[])["--trusted-peer", peer.Enode]),
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // A node is a small process among many: a heap that gives memory back early.
        start.Environment["DOTNET_GCConserveMemory"] = "5";
        using var process = Process.Start(start)
            ?? throw new TestnetException($"Node {index} could not be started as {program}.");
        try
        {
            folder.RecordProcess(index, process);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new NodeStartException($"Node {index} ended before it began. {folder.LastWords(index)}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A process that no record names would never be found again.
            process.Kill();
            throw;
        }
    }

    /// <summary>
    /// A process with no terminal whose last words go to a file. The shell only ties the streams and then becomes the program,
    /// so that the process number is the program's own.
    /// </summary>
    private static ProcessStartInfo StartInfo(string program, string errorFile)
    {
        if (OperatingSystem.IsWindows()) return new ProcessStartInfo(program) { UseShellExecute = false, CreateNoWindow = true };
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("errors=$1; shift; exec \"$@\" </dev/null >/dev/null 2>>\"$errors\"");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(errorFile);
        start.ArgumentList.Add(program);
        return start;
    }

    private async Task WaitUntilAnsweringAsync(int index, CancellationToken cancellation)
    {
        var port = manifest.Nodes[index].RpcPort;
        using var client = new NodeClient(port, TimeSpan.FromSeconds(2));
        var waited = Stopwatch.StartNew();
        var nextLook = ProcessLook;

        // Asked cheaply, because whoever asks takes the processor from those that start.
        while (!await LocalPort.IsListeningAsync(port) || await client.TryAskAsync("eth_chainId", [], cancellation) is null)
        {
            await Task.Delay(10, cancellation);
            if (waited.Elapsed < nextLook) continue;
            nextLook = waited.Elapsed + ProcessLook;
            if (folder.FindProcess(index) is null)
                throw new NodeStartException($"Node {index} died while it was starting. {folder.LastWords(index)}");
            if (waited.Elapsed > StartLimit)
                throw new TestnetException($"Node {index} did not answer on port {port} within {StartLimit.TotalSeconds} s. "
                    + $"See {folder.LogFile(index)}.");
        }
    }

    private Process Running(int index)
    {
        Check(index);
        return folder.FindProcess(index)
            ?? throw new NoNodeException($"Node {index} does not run. `chain testnet restart {index} --dir {folder.Path}` "
                + $"starts it.");
    }

    private void Check(int index)
    {
        if (index < 0 || index >= manifest.Nodes.Count)
            throw new TestnetException($"There is no node {index}; this network has the nodes 0 to {manifest.Nodes.Count - 1}.");
    }

    private void CheckAwake(int index)
    {
        if (IsStopped(Running(index)))
            throw new TestnetException($"Node {index} is paused. `chain testnet resume {index}` lets it go on.");
    }

    private int Signal(int index, int signal)
    {
        var process = Running(index);
        if (OperatingSystem.IsWindows())
            throw new TestnetException("Pausing a process needs signals, which Windows does not have.");
        if (SendSignal(process.Id, signal) != 0)
            throw new TestnetException($"Process {process.Id} of node {index} could not be signalled: error "
                + $"{Marshal.GetLastPInvokeError()}.");
        return process.Id;
    }

    /// <summary>Whether a process is frozen by a signal.</summary>
    public static bool IsStopped(Process process) => StateOf(process) == 'T';

    /// <summary>
    /// A process's state as the system names it, such as R, S, T (stopped) or Z (defunct); null where it does not say.
    /// </summary>
    public static char? StateOf(Process process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process.Id}/stat");
            return text[text.LastIndexOf(')') + 2];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>How to run this very program again: itself, or the runtime with its assembly.</summary>
    public static (string Program, string[] First) OwnProgram()
    {
        var assembly = Path.Combine(AppContext.BaseDirectory, "chain.dll");
        var executable = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "chain.exe" : "chain");
        if (File.Exists(executable)) return (executable, []);
        return File.Exists(assembly)
            ? ("dotnet", [assembly])
            : throw new TestnetException($"The program chain is not in {AppContext.BaseDirectory}.");
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
