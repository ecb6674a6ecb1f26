using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Plugin;
using Chain.Terminal;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Rules.Stake;

/// <summary>The nodes of a network under proof of stake, and what the stake is doing.</summary>
internal static class StakeScreen
{
    public static IRenderable Render(JsonObject status)
    {
        var table = new FittingTable(
            ["node", "state", "head", "safe", "justified", "finalized", "votes", "validators", "ether", "peers", "pool",
                "reorganisations"],
            [.. status["nodes"]!.AsArray().Select(node => Row(node!.AsObject()))],
            ["reorganisations", "ether", "pool", "safe", "peers", "validators"]);
        return new Rows([table, .. Story(status).Select(line => new Markup(line))]);
    }

    /// <summary>How a new network's start and its genesis time met, in a markup line.</summary>
    /// <param name="stake">Its slots.</param>
    /// <param name="untilGenesis">From the moment when every node answered; negative once genesis was over by then.</param>
    public static string Start(TestnetStake stake, TimeSpan untilGenesis)
    {
        if (untilGenesis > TimeSpan.Zero)
            return string.Create(CultureInfo.InvariantCulture,
                $"genesis in {untilGenesis.TotalSeconds:0.0} s: the nodes wait for it");
        var slot = (ulong)(-untilGenesis).TotalMilliseconds / stake.SlotMs;
        return slot == 0 ? "the first slot has begun"
            : $"[yellow]slot {slot} had begun before every node answered, so that the first blocks and votes are missing[/]; "
                + $"--genesis-delay gives a new network more time";
    }

    /// <summary>Where the chain stands, in markup lines; of the node whose clock is farthest.</summary>
    private static IEnumerable<string> Story(JsonObject status)
    {
        if (NodeCells.UntilGenesis(status) is { } wait)
        {
            yield return $"[yellow]{wait}[/]";
            yield break;
        }

        if (status["nodes"]!.AsArray().Where(node => node!["stake"] is not null).MaxBy(node =>
            (long)node!["stake"]!["slot"]!)?["stake"] is not JsonObject stake)
            yield break;
        var (slot, epoch, proposer) = ((long)stake["slot"]!, (long)stake["epoch"]!, (int?)stake["proposer"]);
        yield return $"slot {slot}, epoch {epoch}: "
            + $"{(proposer is { } index ? $"{Named(status, index)} proposes" : "nobody is left to propose")}; "
                + $"{Percent(stake["participation"]!["previousEpoch"])} of the stake voted in the epoch before, "
                    + $"{Percent(stake["participation"]!["currentEpoch"])} so far in this";
        if (stake["slashed"] is JsonArray { Count: > 0 } slashed)
            yield return $"[red]slashed:[/] {string.Join(", ", slashed.Select(index => Named(status, (int)index!)))}";
        if ((bool)stake["leaking"]!)
            yield return $"[red]leaking:[/] nothing was finalized for {Shown.Field(stake["finalityDelay"])} epochs; absent "
                + $"validators lose stake until the others have two thirds";
    }

    private static string[] Row(JsonObject node)
    {
        var stake = node["stake"];
        return
        [
            $"{node["index"]}",
            NodeCells.State(node),
            NodeCells.Head(node),
            $"{node["safe"]?["number"] ?? "-"}",
            stake is null ? "-" : Shown.Field(stake["justified"]!["epoch"]),
            stake is null ? "-" : Shown.Field($"{stake["finalized"]!["epoch"]}, block {stake["finalized"]!["number"]}"),
            stake is null ? "-" : Percent(stake["participation"]!["previousEpoch"]),
            Validators(node["validators"]),
            stake?["validators"]?["localBalanceGwei"] is { } balance
            ? string.Create(CultureInfo.InvariantCulture, $"{(long)balance / 1e9:F2}")
            : "-",
            $"{node["peers"] ?? "-"}",
            NodeCells.Pool(node),
            Reorgs(node),
        ];
    }

    /// <summary>Shorter than under proof of work, so that a row fits into one line of a terminal.</summary>
    private static string Reorgs(JsonObject node) =>
        node["reorgs"]?.AsArray() is not { } reorgs
        ? "-"
        : reorgs.Count == 0
        ? "none"
        : $"{reorgs.Count}, last {reorgs[^1]!["depth"]} deep";

    private static string Validators(JsonNode? validators)
    {
        if (validators is null) return "none";
        var (first, count) = ((int)validators["first"]!, (int)validators["count"]!);
        return count == 1 ? $"v{first}" : $"v{first}-v{first + count - 1}";
    }

    /// <summary>A validator with the node that acts for it.</summary>
    private static string Named(JsonObject status, int validator)
    {
        var owner = status["nodes"]!.AsArray().FirstOrDefault(node =>
            node!["validators"] is { } own && validator >= (int)own["first"]!
            && validator < (int)own["first"]! + (int)own["count"]!);
        return owner is null ? $"v{validator}" : $"v{validator} of node {owner["index"]}";
    }

    private static string Percent(JsonNode? share) =>
        string.Create(CultureInfo.InvariantCulture, $"{(double)share! * 100:0.#} %");
}
