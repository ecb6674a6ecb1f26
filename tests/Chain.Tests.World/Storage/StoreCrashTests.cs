using System.Diagnostics;
using System.Globalization;
using Chain.Node;

namespace Chain.Tests;

/// <summary>
/// Kills a process that writes a store, again and again on the same folder, and looks at what is left each time.
/// </summary>
public sealed class StoreCrashTests : IDisposable
{
    private const int Kills = 20;
    private const int Seed = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-crash-").FullName;
    private readonly List<Process> _started = [];

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Killed_at_any_instant_a_store_holds_exactly_the_batches_that_were_committed()
    {
        var random = new Random(Seed);
        var script = new StoreScript(Seed);
        using var expected = new InMemoryChainStore();
        var known = 0;
        var writer = Start();
        for (var kill = 0; kill < Kills; kill++)
        {
            var acknowledged = Kill(writer, afterBatches: random.Next(1, 25), spin: random.Next(20_000));
            writer = Start();

            using var store = StoreCrashWriter.Open(_folder);
            var committed = StoreCrashWriter.CountBatches(store);
            Assert.InRange(committed, acknowledged, acknowledged + 1);
            for (; known < committed; known++) expected.Commit(StoreCrashWriter.NextBatch(script, known + 1));
            Assert.Equal(StoreDump.WithoutState(expected, script), StoreDump.WithoutState(store, script));
            Assert.All(StoreCrashWriter.StatesAfter(committed), state => Assert.True(state.IsWholeIn(store)));
        }
    }

    // The process waits for a word before it opens the store.
    private Process Start()
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var process = Process.Start(new ProcessStartInfo(dotnet,
            ["exec", typeof(StoreCrashWriter).Assembly.Location, StoreCrashWriter.Command, _folder,
                Seed.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _started.Add(process);
        return process;
    }

    /// <summary>Lets it commit so many batches and a little more, and kills it. Returns the last number that it said.</summary>
    private static int Kill(Process writer, int afterBatches, int spin)
    {
        writer.StandardInput.WriteLine();
        writer.StandardInput.Flush();
        var acknowledged = 0;
        for (var i = 0; i < afterBatches; i++)
            acknowledged = Next()
                ?? throw new InvalidOperationException($"The writer ended by itself: {writer.StandardError.ReadToEnd()}");
        Thread.SpinWait(spin);
        writer.Kill();
        while (Next() is { } number) acknowledged = number;
        writer.WaitForExit();
        return acknowledged;

        // A line cut short by the kill is no acknowledgement; numbers only grow, so a cut one would be smaller.
        int? Next() =>
            writer.StandardOutput.ReadLine() is { } line
            ? Math.Max(acknowledged, int.Parse(line, CultureInfo.InvariantCulture))
            : null;
    }
}
