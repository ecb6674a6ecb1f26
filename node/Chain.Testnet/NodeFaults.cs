using Chain.Rpc.Client;

namespace Chain.Testnet;

/// <summary>What a node does to what it sends to a peer.</summary>
internal readonly record struct LinkFault(string PeerId, int DelayMs, int JitterMs, double Loss, double Duplicate);

/// <summary>The faults that are in force at a node, `admin_faults`.</summary>
internal sealed record NodeFaults(IReadOnlyList<string> BlockedPeers, IReadOnlyList<LinkFault> Links, long ClockSkewMs)
{
    /// <exception cref="UnexpectedAnswerException">It is no list of faults.</exception>
    public static NodeFaults Read(Answer answer) => new(
        [.. answer.Require("blockedPeers").Items().Select(id => id.Text())],
        [.. answer.Require("links").Items().Select(ReadLink)],
        answer.Require("clockSkewMs").Signed());

    private static LinkFault ReadLink(Answer link) => new(
        link.Require("id").Text(),
        Milliseconds(link.Require("delayMs")),
        Milliseconds(link.Require("jitterMs")),
        link.Require("loss").Fraction(),
        link.Require("duplicate").Fraction());

    private static int Milliseconds(Answer answer) => (int)Math.Min(answer.Count(), int.MaxValue);
}
