using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Work;

/// <summary>The block reward, and the header that a miner begins with.</summary>
internal sealed class ProofOfWorkLifecycle(ChainSpec spec, ProofOfWorkSettings settings) : IBlockLifecycle
{
    public Address AuthorOf(BlockHeader header) => header.Beneficiary;

    public IReadOnlyList<BalanceCredit> Rewards(BlockHeader header) =>
        settings.BlockReward.IsZero ? [] : [new BalanceCredit(header.Beneficiary, settings.BlockReward)];

    public BlockHeader? Prepare(SealedHeader parent, Address beneficiary, ReadOnlyMemory<byte> extraData, At now)
    {
        var timestamp = Math.Max(now.UnixSeconds, parent.Header.Timestamp + 1);
        if (timestamp > now.UnixSeconds + ProofOfWorkHeaderRules.FutureBoundSeconds) return null;
        return new BlockHeader
        {
            ParentHash = parent.Hash,
            Beneficiary = beneficiary,
            StateRoot = parent.Header.StateRoot,
            TransactionsRoot = BlockHeader.EmptyTrieRoot,
            ReceiptsRoot = BlockHeader.EmptyTrieRoot,
            LogsBloom = Bloom.Empty,
            Difficulty = ProofOfWorkHeaderRules.Difficulty(settings, parent.Header, timestamp),
            Number = parent.Number + 1,
            GasLimit = GasLimitRule.Towards(parent.Header.GasLimit, spec.GasLimitTarget),
            GasUsed = 0,
            Timestamp = timestamp,
            ExtraData = extraData,
            BaseFeePerGas = BaseFee.Next(parent.Header.BaseFeePerGas, parent.Header.GasUsed, parent.Header.GasLimit),
        };
    }
}
