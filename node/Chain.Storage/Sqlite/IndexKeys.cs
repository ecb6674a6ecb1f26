using System.Buffers.Binary;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>What the deferred indexes hold: prefixes of keys, and transactions as one number.</summary>
internal static class IndexKeys
{
    private const int PositionBits = 20;

    /// <summary>The most transactions that a block may have.</summary>
    public const int MaxTransactions = 1 << PositionBits;

    public static long PrefixOf(Hash256 hash) => BinaryPrimitives.ReadInt64BigEndian(hash.Bytes);

    public static long PrefixOf(Address address) => BinaryPrimitives.ReadInt64BigEndian(address.Bytes);

    /// <summary>
    /// The place of a transaction: its block's arrival, then its position. On the canonical chain places grow with block numbers,
    /// for a child arrives after its parent.
    /// </summary>
    public static long PlaceOf(long arrival, int position) => checked((arrival << PositionBits) + position);

    public static long ArrivalOf(long place) => place >> PositionBits;

    public static int PositionOf(long place) => (int)(place & (MaxTransactions - 1));
}
