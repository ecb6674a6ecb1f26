using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>London's header rules with Clique's fields, signers and turns (EIP-225, docs/consensus/clique.md).</summary>
internal sealed class CliqueHeaderRules(CliqueSettings settings, CliqueSnapshots snapshots, SealMemo seals) : IHeaderRules
{
    /// <summary>How far a header may be ahead of the clock, in seconds.</summary>
    public const ulong FutureBoundSeconds = 15;

    /// <summary>DIFF_NOTURN.</summary>
    public static readonly UInt256 OutOfTurnDifficulty = 1;

    /// <summary>DIFF_INTURN.</summary>
    public static readonly UInt256 InTurnDifficulty = 2;

    public HeaderError? CheckSeal(SealedHeader header) => CheckFields(header.Header) ?? CheckSignature(header);

    public HeaderError? CheckAgainstParent(SealedHeader header, SealedHeader parent, At now) =>
        CheckPlace(header.Header, parent)
        ?? GasLimitRule.Check(header.Header, parent.Header)
        ?? CheckFields(header.Header)
        ?? CheckBaseFee(header.Header, parent.Header)
        ?? CheckSignature(header)
        ?? CheckSigner(header, parent, now);

    private HeaderError? CheckPlace(BlockHeader header, SealedHeader parent)
    {
        if (header.ParentHash != parent.Hash) return new HeaderError.WrongParent(header.ParentHash, parent.Hash);
        if (header.Number == 0 || header.Number - 1 != parent.Number)
            return new HeaderError.WrongNumber(header.Number, parent.Number + 1);
        var before = parent.Header.Timestamp;
        return header.Timestamp < before || header.Timestamp - before < settings.PeriodSeconds
            ? new CliqueHeaderError.TooEarly(header.Timestamp, before, settings.PeriodSeconds)
            : null;
    }

    private HeaderError? CheckFields(BlockHeader header)
    {
        if (header.OmmersHash != BlockHeader.EmptyOmmersHash) return new HeaderError.HasOmmers(header.OmmersHash);
        if (!header.MixHash.IsZero) return Unexpected("mixHash", header.MixHash.ToString(), Hash256.Zero.ToString());
        if (header.WithdrawalsRoot is { } root) return Unexpected("withdrawalsRoot", root.ToString(), "none");
        if (header.Difficulty != OutOfTurnDifficulty && header.Difficulty != InTurnDifficulty)
            return new HeaderError.WrongDifficulty(header.Difficulty, InTurnDifficulty);
        return settings.IsCheckpoint(header.Number) ? CheckCheckpoint(header) : CheckPlain(header);
    }

    private static HeaderError? CheckPlain(BlockHeader header)
    {
        if (header.ExtraData.Length != CliqueExtra.PlainLength)
            return new CliqueHeaderError.WrongExtraDataLength(header.ExtraData.Length, CliqueExtra.PlainLength);
        return header.Nonce is CliqueVote.NonceDrop or CliqueVote.NonceAuthorize
            ? null
            : Unexpected("nonce", $"0x{header.Nonce:x16}", "all zeros or all ones");
    }

    private static HeaderError? CheckCheckpoint(BlockHeader header)
    {
        if (!CliqueExtra.TryCountSigners(header.ExtraData.Length, out var count) || count == 0)
            return new CliqueHeaderError.WrongExtraDataLength(header.ExtraData.Length, CliqueExtra.PlainLength + Address.Size);
        if (header.Nonce != CliqueVote.NonceDrop) return Unexpected("nonce", $"0x{header.Nonce:x16}", "zero in a checkpoint");
        return header.Beneficiary == Address.Zero
            ? null
            : Unexpected("beneficiary", header.Beneficiary.ToString(), "zero in a checkpoint");
    }

    private static HeaderError.WrongBaseFee? CheckBaseFee(BlockHeader header, BlockHeader parent)
    {
        var baseFee = BaseFee.Next(parent.BaseFeePerGas, parent.GasUsed, parent.GasLimit);
        return header.BaseFeePerGas != baseFee ? new HeaderError.WrongBaseFee(header.BaseFeePerGas, baseFee) : null;
    }

    private CliqueHeaderError.UnrecoverableSeal? CheckSignature(SealedHeader header) =>
        seals.SignerOf(header) is null
            ? new CliqueHeaderError.UnrecoverableSeal(Hex.Encode(header.Header.ExtraData.Span[^CliqueExtra.SealLength..]))
            : null;

    private HeaderError? CheckSigner(SealedHeader header, SealedHeader parent, At now)
    {
        if (snapshots.Of(parent) is not { } before) return new CliqueHeaderError.UnknownSigners(parent.Hash);
        var signer = seals.SignerOf(header)!.Value;
        if (before.WhyMayNotSign(signer) is { } refusal) return refusal;
        var difficulty = DifficultyOf(before, signer);
        if (header.Header.Difficulty != difficulty) return new HeaderError.WrongDifficulty(header.Header.Difficulty, difficulty);
        if (settings.IsCheckpoint(header.Number) && CheckSignersOf(header.Header, before) is { } wrongList) return wrongList;

        // The clock last, so that only a header that is good otherwise is deferred.
        var latest = now.UnixSeconds + FutureBoundSeconds;
        if (header.Header.Timestamp > latest) return new HeaderError.FromTheFuture(header.Header.Timestamp, latest);
        snapshots.Follow(before, header);
        return null;
    }

    /// <summary>The difficulty of the block after this snapshot, if this signer seals it.</summary>
    public static UInt256 DifficultyOf(CliqueSnapshot parent, Address signer) =>
        parent.IsInTurn(signer) ? InTurnDifficulty : OutOfTurnDifficulty;

    private static CliqueHeaderError.WrongCheckpointSigners? CheckSignersOf(BlockHeader header, CliqueSnapshot before)
    {
        var listed = CliqueExtra.Signers(header.ExtraData.Span);
        return listed.AsSpan().SequenceEqual(before.Signers.AsSpan())
            ? null
            : new CliqueHeaderError.WrongCheckpointSigners(string.Join(' ', listed), string.Join(' ', before.Signers));
    }

    private static HeaderError.UnexpectedField Unexpected(string name, string got, string expected) => new(name, got, expected);
}
