using Chain.Node.Host;

namespace Chain.Tests;

public sealed class IdleMemoryTests
{
    private const long Megabyte = 1024 * 1024;

    [Theory]
    [InlineData(20, 0, false)]
    [InlineData(25, 0, true)]
    [InlineData(170, 100, false)]
    [InlineData(175, 100, true)]
    public void A_heap_is_collected_when_it_has_grown_by_more_than_it_is_worth_keeping(long committed, long kept, bool isWorthIt) =>
        Assert.Equal(isWorthIt, IdleMemory.IsWorthIt(committed * Megabyte, kept * Megabyte));
}
