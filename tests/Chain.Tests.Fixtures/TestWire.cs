using Chain.Consensus.Stake;
using Chain.Node;

namespace Chain.Tests;

/// <summary>The messages of a chain under proof of stake, which has all that there are.</summary>
internal static class TestWire
{
    public static readonly WireCodec Codec = new(StakeMessageCodec.Instance);
}
