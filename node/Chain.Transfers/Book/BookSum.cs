using System.IO.Hashing;

namespace Chain.Transfers;

/// <summary>Sums that tell whether bytes are still those that were written: against accidents, not against an attacker.</summary>
internal static class BookSum
{
    public static ulong Of(ReadOnlySpan<byte> bytes) => XxHash3.HashToUInt64(bytes);
}
