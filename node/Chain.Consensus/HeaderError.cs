using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>Why a header breaks the rules: what was got and what was expected.</summary>
public abstract record HeaderError
{
    protected HeaderError()
    {
    }

    /// <summary>For people: what was wrong, with the values.</summary>
    public abstract string Message { get; }

    public sealed override string ToString() => Message;

    public sealed record WrongParent(Hash256 Got, Hash256 Expected) : HeaderError
    {
        public override string Message => $"parent {Got}, expected {Expected}";
    }

    public sealed record WrongNumber(ulong Got, ulong Expected) : HeaderError
    {
        public override string Message => $"number {Got}, expected {Expected}";
    }

    public sealed record TimestampNotAfterParent(ulong Got, ulong Parent) : HeaderError
    {
        public override string Message => $"timestamp {Got} is not after its parent's, {Parent}";
    }

    /// <summary>Not a fault: the block is deferred until its time comes, never scored, never remembered as invalid.</summary>
    public sealed record FromTheFuture(ulong Got, ulong LatestAllowed) : HeaderError
    {
        public override string Message => $"timestamp {Got} is ahead of the clock, which allows {LatestAllowed} at most";
    }

    public sealed record WrongDifficulty(UInt256 Got, UInt256 Expected) : HeaderError
    {
        public override string Message => $"difficulty {Got}, expected {Expected}";
    }

    public sealed record GasLimitOutOfBounds(ulong Got, ulong Parent) : HeaderError
    {
        public override string Message => $"gas limit {Got} is too far from its parent's, {Parent}, or too low";
    }

    public sealed record GasUsedAboveLimit(ulong Got, ulong Limit) : HeaderError
    {
        public override string Message => $"gas used {Got} is above the gas limit {Limit}";
    }

    public sealed record WrongBaseFee(UInt256 Got, UInt256 Expected) : HeaderError
    {
        public override string Message => $"base fee {Got}, expected {Expected}";
    }

    public sealed record ExtraDataTooLong(int Got, int Limit) : HeaderError
    {
        public override string Message => $"extra data of {Got} bytes, at most {Limit} allowed";
    }

    public sealed record HasOmmers(Hash256 Got) : HeaderError
    {
        public override string Message => $"ommers hash {Got}, expected that of no ommers";
    }

    public sealed record UnexpectedField(string Name, string Got, string Expected) : HeaderError
    {
        public override string Message => $"{Name} {Got}, expected {Expected}";
    }

    /// <summary>The proof-of-work hash lies above the target.</summary>
    public sealed record InvalidSeal(Hash256 PowHash, UInt256 Target) : HeaderError
    {
        public override string Message => $"proof-of-work hash {PowHash} is above the target {Target}";
    }
}
