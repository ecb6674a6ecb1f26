using System.Diagnostics;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>A node process on a folder that may be damaged, and how it ends.</summary>
internal sealed class DamagedNode : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly TestnetManifest _manifest;
    private readonly Task<string> _errors;
    private readonly Task<string> _output;

    private DamagedNode(Process process, TestnetManifest manifest)
    {
        (_process, _manifest) = (process, manifest);
        _errors = process.StandardError.ReadToEndAsync();
        _output = process.StandardOutput.ReadToEndAsync();
    }

    public int ExitCode => _process.ExitCode;

    public static DamagedNode Start(TestnetFolder folder, TestnetManifest manifest)
    {
        var node = manifest.Nodes[0];
        return Run(manifest,
            "node", "run", "--genesis", folder.GenesisFile, "--data", folder.NodeFolder(0), "--name", "node 0",
            "--p2p-port", $"{node.PeerPort}", "--rpc-port", $"{node.RpcPort}", "--admin-port", $"{node.AdminPort}",
            "--log-file", folder.LogFile(0), "--coinbase", node.Beneficiary);
    }

    public static DamagedNode Run(TestnetManifest manifest, params string[] arguments)
    {
        var (program, first) = TestnetRunner.OwnProgram();
        var start = new ProcessStartInfo(program, [.. first, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        return new DamagedNode(Process.Start(start) ?? throw new TestnetException($"{program} could not be started."), manifest);
    }

    /// <summary>Waits until it answers; false when it ended instead, or does neither in time.</summary>
    public async Task<bool> AnswersAsync(CancellationToken cancellation)
    {
        using var client = new NodeClient(_manifest.Nodes[0].RpcPort, TimeSpan.FromSeconds(2));
        var waited = Stopwatch.StartNew();
        while (!_process.HasExited && waited.Elapsed < StartLimit)
        {
            if (await client.TryAskAsync("eth_chainId", [], cancellation) is not null) return true;
            await Task.Delay(10, cancellation);
        }

        return false;
    }

    /// <summary>
    /// Waits until it ends, by request if it still runs; null when it had to be killed. Answers what it said on standard error.
    /// </summary>
    public async Task<string?> EndAsync()
    {
        using var client = new NodeClient(_manifest.Nodes[0].AdminPort);
        if (!_process.HasExited) await client.TryAskAsync("admin_shutdown", []);
        using var patience = new CancellationTokenSource(StopLimit);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            return null;
        }

        await _output;
        return await _errors;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
