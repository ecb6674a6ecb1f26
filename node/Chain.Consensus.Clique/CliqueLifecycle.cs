using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>A block is its signer's; it creates no ether, and no miner seals it.</summary>
internal sealed class CliqueLifecycle : IBlockLifecycle
{
    /// <summary>
    /// The recovered signer; the beneficiary is the candidate of a vote. The zero address where there is no seal.
    /// </summary>
    public Address AuthorOf(BlockHeader header) => CliqueSeal.TryRecover(header, out var signer) ? signer : Address.Zero;

    public IReadOnlyList<BalanceCredit> Rewards(BlockHeader header) => [];

    public BlockHeader? Prepare(SealedHeader parent, Address beneficiary, ReadOnlyMemory<byte> extraData, At now) => null;
}
