using Chain.Primitives;

namespace Chain.Execution;

/// <summary>What a block's header tells its transactions.</summary>
/// <param name="Number">The block's height.</param>
/// <param name="Timestamp">Seconds since 1970-01-01 UTC.</param>
/// <param name="Beneficiary">Gets the priority fees.</param>
/// <param name="GasLimit">Gas that all transactions together may use.</param>
/// <param name="BaseFeePerGas">Wei per gas that is burned (EIP-1559).</param>
/// <param name="ChainId">EIP-155 chain id.</param>
/// <param name="PrevRandao">The header's mixHash (EIP-4399); zero under proof of work.</param>
public sealed record BlockContext(
    ulong Number,
    ulong Timestamp,
    Address Beneficiary,
    ulong GasLimit,
    UInt256 BaseFeePerGas,
    ulong ChainId,
    Hash256 PrevRandao)
{
    /// <summary>The context that a header gives.</summary>
    /// <param name="header">Sealed or not.</param>
    /// <param name="author">Who makes the block; under most rules its beneficiary.</param>
    /// <param name="chainId">EIP-155 chain id.</param>
    public static BlockContext Of(BlockHeader header, Address author, ulong chainId)
    {
        ArgumentNullException.ThrowIfNull(header);
        return new BlockContext(header.Number, header.Timestamp, author, header.GasLimit, header.BaseFeePerGas,
            chainId, header.MixHash);
    }
}
