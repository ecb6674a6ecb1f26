using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

internal static class WireBytes
{
    /// <summary>A message's encoding in hex: equal messages have equal ones.</summary>
    public static string Of(WireMessage message, int version)
    {
        var rlp = new RlpWriter();
        var code = TestWire.Codec.Encode(message, version, rlp);
        return $"{code} {Hex.Encode(rlp.WrittenSpan)}";
    }
}
