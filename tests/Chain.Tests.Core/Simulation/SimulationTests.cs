using Chain.Rules.Work;

namespace Chain.Tests;

public sealed class SimulationTests
{
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 20).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Five_nodes_with_loss_a_partition_and_a_crash_end_on_one_head_the_same_way_every_time(ulong seed)
    {
        var first = WorkScenario.Run(seed);
        Assert.True(first.Passed, $"seed {seed}: {first.Failure}");
        Assert.Equal(first, WorkScenario.Run(seed));
    }
}
