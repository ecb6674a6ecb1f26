using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Shanghai's header rules under proof of stake (EIP-3675: what stood for work is constant; EIP-4399: mixHash is the RANDAO mix).
/// </summary>
internal sealed class StakeHeaderRules : IHeaderRules
{
    /// <summary>
    /// How far a timestamp may be ahead of the clock, in seconds. When exactly a slot begins is asked with the sidecar.
    /// </summary>
    private const ulong FutureBoundSeconds = 2;

    /// <summary>A header carries no seal: the proposer's signature travels beside the block.</summary>
    public HeaderError? CheckSeal(SealedHeader header) => CheckFields(header.Header);

    public HeaderError? CheckAgainstParent(SealedHeader header, SealedHeader parent, At now) =>
        CheckPlace(header.Header, parent)
        ?? GasLimitRule.Check(header.Header, parent.Header)
        ?? CheckBaseFee(header.Header, parent.Header) as HeaderError
        ?? CheckClock(header.Header, now);

    private static HeaderError? CheckPlace(BlockHeader header, SealedHeader parent)
    {
        if (header.ParentHash != parent.Hash) return new HeaderError.WrongParent(header.ParentHash, parent.Hash);
        if (header.Number == 0 || header.Number - 1 != parent.Number)
            return new HeaderError.WrongNumber(header.Number, parent.Number + 1);

        // Slots may be shorter than the second in which timestamps count.
        return header.Timestamp < parent.Header.Timestamp
            ? new HeaderError.TimestampNotAfterParent(header.Timestamp, parent.Header.Timestamp)
            : null;
    }

    private static HeaderError? CheckFields(BlockHeader header)
    {
        if (header.OmmersHash != BlockHeader.EmptyOmmersHash) return new HeaderError.HasOmmers(header.OmmersHash);
        if (!header.Difficulty.IsZero) return new HeaderError.WrongDifficulty(header.Difficulty, UInt256.Zero);
        if (header.Nonce != 0) return new HeaderError.UnexpectedField("nonce", $"{header.Nonce}", "0");
        if (header.WithdrawalsRoot is null)
            return new HeaderError.UnexpectedField("withdrawalsRoot", "none", "a root (EIP-4895)");
        return header.ExtraData.Length != Hash256.Size
            ? new HeaderError.UnexpectedField("extraData", $"{header.ExtraData.Length} bytes",
                "the 32 bytes of the consensus body's hash")
            : null;
    }

    private static HeaderError.WrongBaseFee? CheckBaseFee(BlockHeader header, BlockHeader parent)
    {
        var expected = BaseFee.Next(parent.BaseFeePerGas, parent.GasUsed, parent.GasLimit);
        return header.BaseFeePerGas != expected ? new HeaderError.WrongBaseFee(header.BaseFeePerGas, expected) : null;
    }

    private static HeaderError.FromTheFuture? CheckClock(BlockHeader header, At now)
    {
        var latest = now.UnixSeconds + FutureBoundSeconds;
        return header.Timestamp > latest ? new HeaderError.FromTheFuture(header.Timestamp, latest) : null;
    }
}

/// <summary>No ether is created for accounts, and miners have nothing to do.</summary>
internal sealed class StakeLifecycle : IBlockLifecycle
{
    public Address AuthorOf(BlockHeader header) => header.Beneficiary;

    public IReadOnlyList<BalanceCredit> Rewards(BlockHeader header) => [];

    public BlockHeader? Prepare(SealedHeader parent, Address beneficiary, ReadOnlyMemory<byte> extraData, At now) => null;
}
