using Chain.Host;

namespace Chain.Tests;

public sealed class CollectionPlanTests
{
    private const long Megabyte = 1024 * 1024;

    private readonly CollectionPlan _plan = new();

    [Fact]
    public void A_small_heap_is_left_alone()
    {
        for (var i = 0; i < 1000; i++) Assert.False(_plan.IsDue(0, 20 * Megabyte));
    }

    [Fact]
    public void A_busy_node_is_not_stopped()
    {
        for (var i = 1; i <= 1000; i++) Assert.False(_plan.IsDue(i * 100 * Megabyte, 200 * Megabyte));
        Assert.True(_plan.IsDue(100_000 * Megabyte, 200 * Megabyte));
    }

    [Fact]
    public void What_cannot_be_given_back_is_tried_ever_more_rarely_until_the_heap_grows()
    {
        Assert.Equal(1, LooksUntilDue(100));
        foreach (var looks in new[] { 2, 4, 8, 16, 32, 64, 120, 120 })
        {
            _plan.Collected(100 * Megabyte, 100 * Megabyte);
            Assert.Equal(looks, LooksUntilDue(100));
        }

        _plan.Collected(100 * Megabyte, 100 * Megabyte);
        Assert.Equal(1, LooksUntilDue(120));
    }

    [Fact]
    public void A_collection_that_brought_something_is_followed_by_another_at_the_next_look()
    {
        Assert.Equal(1, LooksUntilDue(100));
        _plan.Collected(100 * Megabyte, 90 * Megabyte);
        Assert.Equal(1, LooksUntilDue(90));
    }

    private int LooksUntilDue(long megabytes)
    {
        var looks = 1;
        while (!_plan.IsDue(0, megabytes * Megabyte)) looks++;
        return looks;
    }
}
