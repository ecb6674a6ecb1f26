using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Work;

/// <summary>London's header rules with this chain's seal, difficulty and clock bound (docs/consensus/work.md).</summary>
public sealed class ProofOfWorkHeaderRules(ProofOfWorkSettings settings) : IHeaderRules
{
    /// <summary>How far a header may be ahead of the clock, in seconds.</summary>
    public const ulong FutureBoundSeconds = 15;

    // Below the floor no chain goes, so a cheap seal is told from a true one without the parent.
    private readonly UInt256 _leastDifficulty = settings.DifficultyRule == DifficultyRule.Fixed
        ? UInt256.One
        : Asert.MinimumDifficulty;

    public HeaderError? CheckSeal(SealedHeader header)
    {
        // Nothing else bounds how large a header is whose parent is not known.
        if (CheckFields(header.Header) is { } wrongField) return wrongField;
        if (header.Header.Difficulty < _leastDifficulty)
            return new HeaderError.WrongDifficulty(header.Header.Difficulty, _leastDifficulty);
        return settings.Seal == SealKind.Simulated ? null : KeccakSeal.Check(header.Header);
    }

    public HeaderError? CheckAgainstParent(SealedHeader header, SealedHeader parent, At now) =>
        CheckPlace(header.Header, parent)
        ?? GasLimitRule.Check(header.Header, parent.Header)
        ?? CheckFields(header.Header)
        ?? CheckDerived(header.Header, parent.Header)
        ?? CheckClock(header.Header, now);

    public static UInt256 Difficulty(ProofOfWorkSettings settings, BlockHeader parent, ulong childTimestamp) =>
        settings.DifficultyRule switch
        {
            DifficultyRule.Fixed => parent.Difficulty,
            _ => Asert.NextDifficulty(parent, childTimestamp, settings.BlockTimeSeconds),
        };

    private static HeaderError? CheckPlace(BlockHeader header, SealedHeader parent)
    {
        if (header.ParentHash != parent.Hash) return new HeaderError.WrongParent(header.ParentHash, parent.Hash);
        if (header.Number == 0 || header.Number - 1 != parent.Number)
            return new HeaderError.WrongNumber(header.Number, parent.Number + 1);
        return header.Timestamp <= parent.Header.Timestamp
            ? new HeaderError.TimestampNotAfterParent(header.Timestamp, parent.Header.Timestamp)
            : null;
    }

    private static HeaderError? CheckFields(BlockHeader header)
    {
        if (header.ExtraData.Length > 32) return new HeaderError.ExtraDataTooLong(header.ExtraData.Length, 32);
        if (header.OmmersHash != BlockHeader.EmptyOmmersHash) return new HeaderError.HasOmmers(header.OmmersHash);
        if (!header.MixHash.IsZero)
            return new HeaderError.UnexpectedField("mixHash", header.MixHash.ToString(), Hash256.Zero.ToString());
        return header.WithdrawalsRoot is { } root
            ? new HeaderError.UnexpectedField("withdrawalsRoot", root.ToString(), "none")
            : null;
    }

    private HeaderError? CheckDerived(BlockHeader header, BlockHeader parent)
    {
        var baseFee = BaseFee.Next(parent.BaseFeePerGas, parent.GasUsed, parent.GasLimit);
        if (header.BaseFeePerGas != baseFee) return new HeaderError.WrongBaseFee(header.BaseFeePerGas, baseFee);
        var difficulty = Difficulty(settings, parent, header.Timestamp);
        return header.Difficulty != difficulty ? new HeaderError.WrongDifficulty(header.Difficulty, difficulty) : null;
    }

    // Last, so that only a header that is good otherwise is deferred.
    private static HeaderError.FromTheFuture? CheckClock(BlockHeader header, At now)
    {
        var latest = now.UnixSeconds + FutureBoundSeconds;
        return header.Timestamp > latest ? new HeaderError.FromTheFuture(header.Timestamp, latest) : null;
    }
}
