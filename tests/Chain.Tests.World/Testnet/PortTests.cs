using Chain.Rules.Work;
using Chain.Testnet;

namespace Chain.Tests;

public sealed class PortTests
{
    [Theory]
    [InlineData(30300, 30303)]
    [InlineData(30305, 30303)]
    [InlineData(8545, 9546)]
    public void Ports_of_one_kind_that_meet_those_of_another_are_refused_before_anything_is_written(int rpc, int peers)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"chain-ports-{Guid.NewGuid():n}");
        var refused = Assert.Throws<UsageException>(() => TestnetPlan.Create(new TestnetFolder(folder), new TestnetWishes
        {
            Rule = new WorkWishes(),
            RpcPort = rpc,
            PeerPort = peers,
        }));
        Assert.Contains("--p2p-port", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }
}
