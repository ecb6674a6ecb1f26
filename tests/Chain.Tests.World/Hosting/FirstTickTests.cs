using Chain.Bench;

namespace Chain.Tests;

/// <summary>A node that has just been started and whose clock stands still.</summary>
public sealed class FirstTickTests
{
    [Fact]
    public async Task Conflicting_votes_that_arrive_before_any_time_has_passed_give_evidence()
    {
        var folder = Directory.CreateTempSubdirectory("chain-first-tick-");
        try
        {
            Assert.NotEmpty(await EvidenceBench.RunAsync(1, folder.FullName, new StandingClock(), CancellationToken.None));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class StandingClock : TimeProvider
    {
        private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new NoTimer();
    }

    private sealed class NoTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
