using Chain.Primitives;

namespace Chain.Network;

/// <summary>
/// The part of chain/1 by which nodes compare their clocks: GetTime (0x02) = [] and Time (0x03) = [Unix time in milliseconds].
/// </summary>
internal static class TimeMessages
{
    public const int GetTimeId = 0x02;
    public const int TimeId = 0x03;

    public static byte[] GetTime() => [0xc0];

    public static bool IsGetTime(ReadOnlySpan<byte> payload) => payload is [0xc0];

    public static byte[] Time(long unixMs)
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        rlp.Write((ulong)Math.Max(0, unixMs));
        rlp.EndList();
        return rlp.ToArray();
    }

    /// <summary>The time told, in milliseconds since 1970; null when the message is malformed.</summary>
    public static ulong? ReadTime(ReadOnlySpan<byte> payload)
    {
        try
        {
            var outer = new RlpReader(payload);
            var rlp = outer.ReadList();
            outer.ExpectEnd();
            var unixMs = rlp.ReadUInt64();
            rlp.ExpectEnd();
            return unixMs;
        }
        catch (RlpException)
        {
            return null;
        }
    }
}
