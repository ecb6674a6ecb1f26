using Chain.Storage;

namespace Chain.Tests;

public sealed class DeferredIndexTests
{
    [Fact]
    public void Entries_are_found_while_they_wait_and_while_they_are_written()
    {
        var index = new DeferredIndex("t");
        index.Current.Add(7, 1);
        index.Current.Add(7, 2);
        index.Current.Add(8, 3);
        index.BeginFlush();
        index.Current.Add(7, 4);

        Assert.Equal([1, 2, 4], Places(index, 7));
        Assert.Equal([3], Places(index, 8));
        index.EndFlush();
        Assert.Equal([4], Places(index, 7));
        Assert.Empty(Places(index, 8));
    }

    [Fact]
    public void Entries_of_a_batch_that_failed_are_taken_back()
    {
        var index = new DeferredIndex("t");
        index.Current.Add(7, 1);
        index.Current.Add(8, 2);
        index.Current.Add(7, 3);
        index.Current.Add(9, 4);

        index.Current.Truncate(2);

        Assert.Equal([1], Places(index, 7));
        Assert.Equal([2], Places(index, 8));
        Assert.Empty(Places(index, 9));
        Assert.Equal([(7L, 1L), (8L, 2L)], index.Current.ToSorted());
    }

    [Fact]
    public void Entries_are_written_by_prefix_then_by_place()
    {
        var index = new DeferredIndex("t");
        foreach (var (prefix, place) in new (long, long)[] { (5, 9), (-3, 1), (5, 2), (0, 7) }) index.Current.Add(prefix, place);

        Assert.Equal([(-3L, 1L), (0L, 7L), (5L, 2L), (5L, 9L)], index.Current.ToSorted());
    }

    [Fact]
    public void A_set_of_numbers_gives_them_back_in_order()
    {
        long[] numbers = [4096, 1, 0, 63, 64, 5_000_000_000, 4095];
        var set = new NumberSet();
        foreach (var number in numbers) set.Add(number);

        Assert.Equal(numbers.Order(), set.Ascending());
        Assert.Equal(numbers.Length, set.Count);
        Assert.True(set.Contains(5_000_000_000));
        Assert.False(set.Contains(2));
        Assert.False(set.Contains(5_000_000_001));
    }

    private static IEnumerable<long> Places(DeferredIndex index, long prefix)
    {
        var places = new List<long>();
        index.View.CopyTo(prefix, places);
        return places.Order();
    }
}
