using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class BaseFeeTests
{
    [Theory]
    [InlineData(1_000_000_000, 20_000_000, 10_000_000, 1_000_000_000)]
    [InlineData(1_000_000_000, 20_000_000, 9_000_000, 987_500_000)]
    [InlineData(1_000_000_000, 20_000_000, 11_000_000, 1_012_500_000)]
    [InlineData(1_000_000_000, 20_000_000, 20_000_000, 1_125_000_000)]
    [InlineData(1_000_000_000, 20_000_000, 0, 875_000_000)]
    [InlineData(1, 20_000_000, 10_000_001, 2)]
    [InlineData(0, 20_000_000, 10_000_001, 1)]
    [InlineData(7, 20_000_000, 0, 7)]
    [InlineData(8, 20_000_000, 0, 7)]
    [InlineData(0, 20_000_000, 0, 0)]
    public void The_base_fee_follows_the_gas_used_by_the_parent(ulong parent, ulong gasLimit, ulong gasUsed, ulong expected) =>
        Assert.Equal((UInt256)expected, BaseFee.Next(parent, gasUsed, gasLimit));
}
