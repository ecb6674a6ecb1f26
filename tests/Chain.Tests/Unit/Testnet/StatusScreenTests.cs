using System.Text.Json.Nodes;
using Chain.Cli;

namespace Chain.Tests;

public sealed class StatusScreenTests
{
    [Theory]
    [InlineData("a,a,a", true, "[green]one head everywhere[/]")]
    [InlineData("a,a,b", false, "[yellow]heads differ[/]")]
    [InlineData("a,a,not answering", true, "[green]one head on the nodes that answer (1 of 3 does not)[/]")]
    [InlineData("a,paused,stopped", true, "[green]one head on the nodes that answer (2 of 3 do not)[/]")]
    [InlineData("a,b,paused", false, "[yellow]heads differ on the nodes that answer (1 of 3 does not)[/]")]
    [InlineData("stopped,paused,not answering", false, "[red]no node answers[/]")]
    [InlineData("stopped,stopped,stopped", false, "[red]no node runs[/]")]
    public void Only_nodes_that_answer_are_compared(string nodes, bool isConverged, string expected)
    {
        var list = nodes.Split(',').Select(node => node.Length == 1
            ? new JsonObject { ["state"] = "running", ["head"] = new JsonObject { ["number"] = 1, ["hash"] = node } }
            : new JsonObject { ["state"] = node });
        Assert.Equal(expected, StatusScreen.Verdict(new JsonObject
        {
            ["converged"] = isConverged,
            ["nodes"] = new JsonArray([.. list]),
        }));
    }
}
