using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>Why a header breaks the rules: what was got and what was expected.</summary>
public abstract record HeaderError
{
    protected HeaderError()
    {
    }

    public sealed record WrongParent(Hash256 Got, Hash256 Expected) : HeaderError;

    public sealed record WrongNumber(ulong Got, ulong Expected) : HeaderError;

    public sealed record TimestampNotAfterParent(ulong Got, ulong Parent) : HeaderError;

    /// <summary>Not a fault: the block is deferred until its time comes, never scored, never remembered as invalid.</summary>
    public sealed record FromTheFuture(ulong Got, ulong LatestAllowed) : HeaderError;

    public sealed record WrongDifficulty(UInt256 Got, UInt256 Expected) : HeaderError;

    public sealed record GasLimitOutOfBounds(ulong Got, ulong Parent) : HeaderError;

    public sealed record GasUsedAboveLimit(ulong Got, ulong Limit) : HeaderError;

    public sealed record WrongBaseFee(UInt256 Got, UInt256 Expected) : HeaderError;

    public sealed record ExtraDataTooLong(int Got, int Limit) : HeaderError;

    public sealed record HasOmmers(Hash256 Got) : HeaderError;

    public sealed record UnexpectedField(string Name, string Got, string Expected) : HeaderError;

    /// <summary>The proof-of-work hash lies above the target.</summary>
    public sealed record InvalidSeal(Hash256 PowHash, UInt256 Target) : HeaderError;
}
