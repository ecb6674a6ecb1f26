using Chain.Rpc.Client;

namespace Chain.Testnet;

/// <summary>What a node does to what it sends to a peer. Losses and duplicates are shares from 0 to 1.</summary>
public readonly record struct LinkFault(int DelayMs, int JitterMs, double Loss, double Duplicate);

/// <summary>The faults that are in force at a node, `admin_faults`.</summary>
/// <param name="BlockedPeers">By their node ids, as are the links.</param>
internal sealed record NodeFaults(
    IReadOnlyList<string> BlockedPeers, IReadOnlyList<(string PeerId, LinkFault Fault)> Links, long ClockSkewMs)
{
    /// <exception cref="UnexpectedAnswerException">It is no list of faults.</exception>
    public static NodeFaults Read(Answer answer) => new(
        [.. answer.Require("blockedPeers").Items().Select(id => id.Text())],
        [.. answer.Require("links").Items().Select(link => (link.Require("id").Text(), ReadLink(link)))],
        answer.Require("clockSkewMs").Signed());

    private static LinkFault ReadLink(Answer link) => new(
        Milliseconds(link.Require("delayMs")),
        Milliseconds(link.Require("jitterMs")),
        link.Require("loss").Fraction(),
        link.Require("duplicate").Fraction());

    private static int Milliseconds(Answer answer) => (int)Math.Min(answer.Count(), int.MaxValue);
}
