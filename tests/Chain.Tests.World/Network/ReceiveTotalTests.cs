using Chain.Network;

namespace Chain.Tests;

/// <summary>Who goes when the read buffers of all connections take too much.</summary>
public sealed class ReceiveTotalTests
{
    private static ReceiveTotal Total() => new(100, new LargeBuffers(static () => Assert.Fail("These buffers are small.")));

    [Fact]
    public void The_largest_goes_and_not_the_one_that_happens_to_need_more()
    {
        var total = Total();
        var gone = new List<string>();
        using var hog = total.Open(() => gone.Add("hog"));
        using var modest = total.Open(() => gone.Add("modest"));
        hog.Resize(70);
        modest.Resize(30);
        Assert.Empty(gone);

        modest.Resize(31);

        Assert.Equal(["hog"], gone);
        Assert.Equal(31, total.Bytes);
        hog.Resize(90);
        Assert.Equal(31, total.Bytes);
    }

    [Fact]
    public void A_connection_that_ends_gives_its_share_back()
    {
        var total = Total();
        var first = total.Open(() => Assert.Fail("There was room."));
        first.Resize(100);
        first.Dispose();
        using var second = total.Open(() => Assert.Fail("There was room."));
        second.Resize(100);
        second.Resize(1);

        Assert.Equal(1, total.Bytes);
    }

    [Fact]
    public void One_that_needs_more_than_all_may_have_goes_itself()
    {
        var total = Total();
        var gone = false;
        using var greedy = total.Open(() => gone = true);

        greedy.Resize(101);

        Assert.True(gone);
        Assert.Equal(0, total.Bytes);
    }
}
