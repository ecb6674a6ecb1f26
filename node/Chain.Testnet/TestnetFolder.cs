using System.Diagnostics;
using System.Text.Json;
using Chain.Programs;

namespace Chain.Testnet;

/// <summary>
/// The folder that is a test network: manifest, genesis, and for each node its chain, key, log and process. All commands find
/// the network here and nowhere else.
/// </summary>
public sealed class TestnetFolder
{
    private const int ManifestVersion = 1;
    private const int MaxQuotedLine = 1000;

    // The system tells start times relative to boot, which each reader works out a little differently.
    private static readonly TimeSpan StartTolerance = TimeSpan.FromSeconds(2);

    public TestnetFolder(string path) => Path = System.IO.Path.GetFullPath(path);

    public string Path { get; }

    public string GenesisFile => System.IO.Path.Combine(Path, "genesis.json");

    public bool HasNetwork => File.Exists(ManifestFile);

    private string ManifestFile => System.IO.Path.Combine(Path, "testnet.json");

    public string NodeFolder(int index) => System.IO.Path.Combine(Path, $"node{index}");

    public string LogFile(int index) => System.IO.Path.Combine(NodeFolder(index), "node.log");

    /// <summary>What the node's process wrote to standard error, of all its runs.</summary>
    public string ErrorFile(int index) => System.IO.Path.Combine(NodeFolder(index), "stderr.log");

    /// <summary>
    /// Why a node that died did so: its last error, where that is newer than its log, else the end of the log. A node may die
    /// before it opens its log.
    /// </summary>
    public string LastWords(int index)
    {
        const int shown = 8;
        var (log, errors) = (new FileInfo(LogFile(index)), new FileInfo(ErrorFile(index)));
        if (errors is { Exists: true, Length: > 0 } && (!log.Exists || errors.LastWriteTimeUtc >= log.LastWriteTimeUtc))
        {
            var lines = File.ReadAllLines(errors.FullName);
            var from = Array.FindLastIndex(lines,
                line => line.StartsWith("error:", StringComparison.Ordinal)
                || line.StartsWith("Unhandled exception", StringComparison.Ordinal));
            return $"The end of {errors.FullName}:{Quote(lines.Skip(Math.Max(from, 0)).Take(shown))}";
        }

        return log.Exists
            ? $"The end of {log.FullName}:{Quote(File.ReadLines(log.FullName).TakeLast(shown))}"
            : "No log was written.";
    }

    // A log quotes peers, and a process that dies may say anything.
    private static string Quote(IEnumerable<string> lines) =>
        string.Concat(lines.Select(line => Environment.NewLine + Printable.Field(line, MaxQuotedLine)));

    /// <param name="rules">The rules that there are.</param>
    /// <exception cref="TestnetException">No network is there, or its manifest cannot be read.</exception>
    public TestnetManifest Load(IReadOnlyList<NetworkRule> rules)
    {
        if (!HasNetwork)
            throw new TestnetException($"There is no test network in {Path}. Start one with `chain testnet up --dir {Path}`, "
                + $"or name its folder with --dir.");
        try
        {
            var manifest = JsonSerializer.Deserialize(File.ReadAllText(ManifestFile), TestnetJson.Default.TestnetManifest)
                ?? throw new JsonException("It says null.");
            if (manifest.Version != ManifestVersion)
                throw new TestnetException($"{ManifestFile} has version {manifest.Version}; this program knows version "
                    + $"{ManifestVersion}. Use the program that made it, or another --dir.");
            return ManifestCheck.FindProblem(manifest, rules) is { } problem ? throw Damaged(problem) : manifest;
        }
        catch (JsonException e)
        {
            throw Damaged(ManifestCheck.Explain(e), e);
        }

        TestnetException Damaged(string problem, Exception? inner = null) =>
            new($"{ManifestFile} cannot be used: {Printable.Line(problem)} Restore it, or delete {Path} to begin anew.", inner);
    }

    /// <summary>Writes the manifest last, so that a folder half made holds no network.</summary>
    public void Create(TestnetManifest manifest, string genesisJson)
    {
        Directory.CreateDirectory(Path);
        File.WriteAllText(GenesisFile, genesisJson);
        WriteAtomically(ManifestFile, JsonSerializer.Serialize(manifest, TestnetJson.Default.TestnetManifest));
    }

    /// <summary>The node's process if it runs; a record of a process that is gone is removed.</summary>
    public Process? FindProcess(int index)
    {
        var file = ProcessFile(index);
        if (!File.Exists(file)) return null;
        try
        {
            var record = JsonSerializer.Deserialize(File.ReadAllText(file), TestnetJson.Default.NodeProcessRecord)!;
            var process = Process.GetProcessById(record.Pid);
            if (!process.HasExited && !IsDefunct(process)
                && Math.Abs(process.StartTime.ToUniversalTime().Ticks - record.StartedAtTicks) < StartTolerance.Ticks)
                return process;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException
            or System.ComponentModel.Win32Exception)
        {
            // The file is stale or torn, or the process ended while we looked.
        }

        ForgetProcess(index);
        return null;
    }

    public void RecordProcess(int index, Process process) => WriteAtomically(
        ProcessFile(index),
        JsonSerializer.Serialize(new NodeProcessRecord(process.Id, process.StartTime.ToUniversalTime().Ticks),
            TestnetJson.Default.NodeProcessRecord));

    public void ForgetProcess(int index) => File.Delete(ProcessFile(index));

    // It has ended; only whoever started it has not taken note yet.
    private static bool IsDefunct(Process process) => TestnetRunner.StateOf(process) == 'Z';

    private string ProcessFile(int index) => System.IO.Path.Combine(NodeFolder(index), "process.json");

    private static void WriteAtomically(string file, string text)
    {
        var temporary = file + ".new";
        File.WriteAllText(temporary, text);
        File.Move(temporary, file, overwrite: true);
    }
}
