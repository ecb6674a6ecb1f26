using Chain.Cli;

namespace Chain.Tests;

public sealed class WatchScreenTests
{
    [Theory]
    [InlineData("a,b", "b,a", "b,a")]
    [InlineData("a,b,c", "c", "c,a,b")]
    [InlineData("b,a", "", "a,b")]
    [InlineData("a,b", "b,b,a", "b,a")]
    public void A_branch_keeps_its_side_and_a_new_one_comes_after(string row, string parentsAbove, string expected) =>
        Assert.Equal(expected.Split(','),
            WatchScreen.InColumns(row.Split(','), hash => hash, parentsAbove.Split(',', StringSplitOptions.RemoveEmptyEntries)));
}
