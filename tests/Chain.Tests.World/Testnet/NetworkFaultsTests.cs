using Chain.Cli;
using Chain.Testnet;

namespace Chain.Tests;

/// <summary>What nodes say of their own faults, put together to those of the network.</summary>
public sealed class NetworkFaultsTests
{
    private static readonly string[] Ids = ["a", "b", "c", "d"];

    [Theory]
    [InlineData("", "", "", "", "")]
    [InlineData("cd", "cd", "ab", "ab", "partition: 0,1 | 2,3")]
    [InlineData("cd", "cd", null, "", "partition: 0,1 | 2,3")]
    [InlineData("bcd", "acd", "abd", "abc", "partition: 0 | 1 | 2 | 3")]
    [InlineData("", "cd", "", "ab", "link 0-3: cut; link 1-2: cut; link 1-3: cut")]
    public void Nodes_are_apart_when_either_blocks_the_other(string? a, string? b, string? c, string? d, string expected)
    {
        var faults =
            NetworkFaults.Combine(Ids, [.. new[] { a, b, c, d }.Select(blocked => blocked is null ? null : Answer(blocked))]);
        Assert.Equal(expected, string.Join("; ", FaultLine.Describe(faults)));
    }

    [Fact]
    public void A_link_that_does_the_same_both_ways_is_told_once_and_a_clock_on_its_own()
    {
        var faults = NetworkFaults.Combine(Ids,
            [Answer("", ("b", 100, 0.05)), Answer("", ("a", 100, 0.05)), Answer("", ("d", 7, 0)), Answer("", skewMs: -500)]);
        Assert.Equal(["link 0-1: delay 100 ms, loss 5 %", "link 2->3: delay 7 ms", "clock of node 3: 500 ms behind"],
            FaultLine.Describe(faults));
    }

    private static NodeFaults Answer(string blocked, (string Id, int DelayMs, double Loss)? link = null, long skewMs = 0) => new(
        [.. blocked.Select(id => $"{id}")],
        link is { } one ? [(one.Id, new LinkFault(one.DelayMs, 0, one.Loss, 0))] : [],
        skewMs);
}
