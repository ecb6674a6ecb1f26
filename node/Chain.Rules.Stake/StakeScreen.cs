using System.Globalization;
using Chain.Plugin;
using Chain.Testnet;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Chain.Rules.Stake;

/// <summary>The nodes of a network under proof of stake, and what the stake is doing.</summary>
internal static class StakeScreen
{
    public static IRenderable Render(NetworkStatus status)
    {
        var table = new FittingTable(
            ["node", "state", "head", "safe", "justified", "finalized", "votes", "validators", "ether", "peers", "pool",
                "reorganisations"],
            [.. status.Nodes.Select(Row)],
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
    private static IEnumerable<string> Story(NetworkStatus status)
    {
        if (NodeCells.UntilGenesis(status) is { } wait)
        {
            yield return $"[yellow]{wait}[/]";
            yield break;
        }

        if (status.Nodes.Select(node => node.OfRule).OfType<StakeStatus>().MaxBy(stake => stake.Slot) is not { } stake)
            yield break;
        yield return $"slot {stake.Slot}, epoch {stake.Epoch}: "
            + $"{(stake.Proposer is { } index ? $"{Named(status, index)} proposes" : "nobody is left to propose")}; "
                + $"{Percent(stake.PreviousParticipation)} of the stake voted in the epoch before, "
                    + $"{Percent(stake.CurrentParticipation)} so far in this";
        if (stake.Slashed.Count > 0)
            yield return $"[red]slashed:[/] {string.Join(", ", stake.Slashed.Select(validator => Named(status, validator)))}";
        if (stake.IsLeaking)
            yield return $"[red]leaking:[/] nothing was finalized for {stake.FinalityDelay} epochs; absent "
                + $"validators lose stake until the others have two thirds";
    }

    private static string[] Row(NodeReport node)
    {
        var stake = node.OfRule as StakeStatus;
        return
        [
            $"{node.Index}",
            NodeCells.State(node),
            NodeCells.Head(node.Status),
            NodeCells.Number(node.Status?.Safe),
            stake is null ? "-" : $"{stake.Justified.Epoch}",
            stake is null ? "-" : $"{stake.Finalized.Epoch}, block {stake.Finalized.Number}",
            stake is null ? "-" : Percent(stake.PreviousParticipation),
            Validators(node.Node.ValidatorsOf()),
            stake is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{stake.LocalBalanceGwei / 1e9:F2}"),
            NodeCells.Peers(node.Status),
            NodeCells.Pool(node.Status),
            Reorgs(node.Status),
        ];
    }

    /// <summary>Shorter than under proof of work, so that a row fits into one line of a terminal.</summary>
    private static string Reorgs(NodeStatus? status) => status?.Reorgs switch
    {
        null => "-",
        [] => "none",
        [.., var last] and var all => $"{all.Count}, last {last.Depth} deep",
    };

    private static string Validators(TestnetValidators? validators) => validators switch
    {
        null => "none",
        { Count: 1 } => $"v{validators.First}",
        _ => $"v{validators.First}-v{validators.First + validators.Count - 1}",
    };

    /// <summary>A validator with the node that acts for it.</summary>
    private static string Named(NetworkStatus status, int validator)
    {
        var owner = status.Nodes.FirstOrDefault(node =>
            node.Node.ValidatorsOf() is { } own && validator >= own.First && validator < own.First + own.Count);
        return owner is null ? $"v{validator}" : $"v{validator} of node {owner.Index}";
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %");
}
