using System.Collections.Concurrent;
using System.Diagnostics;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Rules.Stake;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

/// <summary>
/// Several at once on one key and one history: never both get leave for a slashable pair, and one of them always gets its block.
/// </summary>
public sealed class SigningRaceTests : IDisposable
{
    private const int Rounds = 40;
    private const int Racers = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("chain-signing-race-").FullName;
    private readonly List<Process> _started = [];

    private string FilePath => Path.Combine(_folder, SigningHistory.FileName);

    public void Dispose()
    {
        foreach (var process in _started)
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Processes_that_share_a_key_and_a_history_never_get_leave_for_a_slashable_pair()
    {
        // They make the file at once too.
        for (var i = 0; i < Racers; i++) _started.Add(Start());
        foreach (var process in _started) Assert.Equal("ready", Answer(process));

        var allowed = new List<SigningRequest>();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Racers; i++) Tell(_started[i], $"{round} {i}");
            for (var i = 0; i < Racers; i++)
            {
                var verdicts = Answer(_started[i])!.Split(' ');
                allowed.AddRange(SigningRacer.RequestsOf(round, i).Where((_, request) => verdicts[request] == "1"));
            }
        }

        AssertSound(allowed);
    }

    [Fact]
    public void What_a_process_was_allowed_before_it_was_killed_is_known()
    {
        var allowed = new List<SigningRequest>();
        for (var kill = 0; kill < 3; kill++)
        {
            var process = Start();
            _started.Add(process);
            Assert.Equal("ready", Answer(process));
            for (var round = kill * 100; round < (kill * 100) + 10; round++) Tell(process, $"{round} 0");
            for (var round = kill * 100; round < (kill * 100) + 1 + kill; round++) Assert.Equal("1", Answer(process)![..1]);
            process.Kill();
            process.WaitForExit();
            for (var round = kill * 100; round < (kill * 100) + 1 + kill; round++)
                allowed.Add(SigningRacer.RequestsOf(round, 0)[0]);
        }

        using var history = SigningHistory.OpenExisting(FilePath);
        Assert.All(allowed.Cast<StakeSigningRequest.Proposal>(),
            block => Assert.Equal(new SigningRefusal.DoubleProposal(block.Slot, Root(-1), block.SigningRoot),
                history.Ask(Block(block.Slot.Number, root: -1))));
    }

    [Fact]
    public void Connections_within_a_process_never_get_leave_for_a_slashable_pair()
    {
        var allowed = new ConcurrentBag<SigningRequest>();
        using var barrier = new Barrier(Racers);
        var threads = Enumerable.Range(0, Racers).Select(racer => new Thread(() =>
        {
            // Each opens the file, and closes it, while the others ask.
            for (var round = 0; round < Rounds; round++)
            {
                barrier.SignalAndWait();
                using var history = SigningHistory.Open(FilePath, Genesis).Knowing(1);
                var asked = SigningRacer.RequestsOf(round, racer);
                var refusals = history.CheckAndInsert(asked);
                for (var i = 0; i < asked.Count; i++)
                {
                    if (refusals[i] is null) allowed.Add(asked[i]);
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        AssertSound([.. allowed]);
    }

    private static void AssertSound(List<SigningRequest> allowed)
    {
        var pairs = from first in allowed from second in allowed where AreSlashable(first, second) select $"{first} and {second}";
        Assert.Empty(pairs);
        Assert.Equal(Enumerable.Range(0, Rounds).Select(round => (ulong)round),
            allowed.OfType<StakeSigningRequest.Proposal>().Select(block => block.Slot.Number).Order());
    }

    private Process Start()
    {
        var dotnet = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        return Process.Start(new ProcessStartInfo(dotnet,
            ["exec", typeof(SigningRacer).Assembly.Location, SigningRacer.Command, FilePath])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    private static void Tell(Process process, string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
    }

    private static string? Answer(Process process) =>
        process.StandardOutput.ReadLine()
        ?? throw new InvalidOperationException($"The process ended by itself: {process.StandardError.ReadToEnd()}");
}
