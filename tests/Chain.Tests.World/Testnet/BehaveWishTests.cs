using Chain.Consensus.Stake;
using Chain.Rules.Stake;
using Chain.Testnet;

namespace Chain.Tests;

public sealed class BehaveWishTests
{
    [Theory]
    [InlineData("1=offline", 1, 4, true)]
    [InlineData("1=offline", 0, 0, false)]
    [InlineData("v3=equivocate", 0, 3, true)]
    [InlineData("v3=equivocate", 3, 4, false)]
    [InlineData("v3-v5=surround", 1, 5, true)]
    [InlineData("v3-v5=surround", 1, 6, false)]
    public void A_wish_is_about_a_node_or_about_validators(string text, int node, int validator, bool covers) =>
        Assert.Equal(covers, BehaveWish.Parse(text).Covers(node, validator));

    [Theory]
    [InlineData("0=equivocate", Misbehaviour.Equivocate)]
    [InlineData("0=double-vote", Misbehaviour.DoubleVote)]
    [InlineData("0=surround", Misbehaviour.Surround)]
    [InlineData("0=withhold", Misbehaviour.Withhold)]
    [InlineData("0=offline", Misbehaviour.Offline)]
    public void Each_misbehaviour_has_a_name(string text, Misbehaviour kind) => Assert.Equal(kind, BehaveWish.Parse(text).Kind);

    [Theory]
    [InlineData("offline")]
    [InlineData("x=offline")]
    [InlineData("v=offline")]
    [InlineData("v1-2=offline")]
    [InlineData("v1-v2-v3=offline")]
    [InlineData("-1=offline")]
    [InlineData("v5-v3=offline")]
    [InlineData("v1=sleep")]
    [InlineData("v1=offline=1")]
    public void Anything_else_is_refused_with_how_to_write_it(string text)
    {
        var message = Assert.Throws<UsageException>(() => BehaveWish.Parse(text)).Message;
        Assert.StartsWith("--behave ", message, StringComparison.Ordinal);
        Assert.Contains(text, message, StringComparison.Ordinal);
    }
}
