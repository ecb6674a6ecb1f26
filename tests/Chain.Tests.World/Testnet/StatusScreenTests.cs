using Chain.Cli;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Tests;

public sealed class StatusScreenTests
{
    [Theory]
    [InlineData("a,a,a", "[green]one head everywhere[/]")]
    [InlineData("a,a,b", "[yellow]heads differ[/]")]
    [InlineData("a,a,not answering", "[green]one head on the nodes that answer (1 of 3 does not)[/]")]
    [InlineData("a,paused,stopped", "[green]one head on the nodes that answer (2 of 3 do not)[/]")]
    [InlineData("a,b,paused", "[yellow]heads differ on the nodes that answer (1 of 3 does not)[/]")]
    [InlineData("stopped,paused,not answering", "[red]no node answers[/]")]
    [InlineData("stopped,stopped,stopped", "[red]no node runs[/]")]
    public void Only_nodes_that_answer_are_compared(string nodes, string expected) =>
        Assert.Equal(expected, StatusScreen.Verdict(StatusSample.Network([.. nodes.Split(',').Select((node, i) => node switch
        {
            "paused" => StatusSample.Node(i, NodeState.Paused),
            "stopped" => StatusSample.Node(i, NodeState.Stopped),
            "not answering" => StatusSample.Node(i, NodeState.NotAnswering),
            _ => StatusSample.Node(i) with { Status = StatusSample.At(1, Keccak256.Hash([(byte)node[0]])) },
        })])));
}
