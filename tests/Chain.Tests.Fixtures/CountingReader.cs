using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>A store's reading side that counts how often it is asked for blocks and what belongs to them.</summary>
internal sealed class CountingReader(IChainReader store) : IChainReader
{
    /// <summary>Reads of records, headers, blocks, receipts and the canonical index.</summary>
    public int Count { get; private set; }

    /// <summary>What stands in for a block's body when it is read; null for nothing.</summary>
    public BlockBody? OtherBody { get; set; }

    public byte[]? GetTrieNode(Hash256 hash) => store.GetTrieNode(hash);

    public byte[]? GetCode(Hash256 hash) => store.GetCode(hash);

    public HeadRecord? GetHead() => store.GetHead();

    public BlockRecord? GetBlockRecord(Hash256 hash) => Counted(store.GetBlockRecord(hash));

    public SealedHeader? GetHeader(Hash256 hash) => Counted(store.GetHeader(hash));

    public Block? GetBlock(Hash256 hash) =>
        Counted(store.GetBlock(hash)) is { } block ? block with { Body = OtherBody ?? block.Body } : null;

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash) => Counted(store.GetReceipts(blockHash));

    public IReadOnlyList<Address>? GetSenders(Hash256 blockHash) => store.GetSenders(blockHash);

    public Hash256? GetCanonicalHash(ulong number) => Counted(store.GetCanonicalHash(number));

    public IReadOnlyList<BlockRecord> GetBlocksAt(ulong number) => Counted(store.GetBlocksAt(number));

    public TransactionLocation? GetTransactionLocation(Hash256 transactionHash) => store.GetTransactionLocation(transactionHash);

    public IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash) =>
        store.GetTransactionSteps(transactionHash);

    public IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit) =>
        store.GetAddressHistory(address, before, limit);

    public byte[]? GetConsensusState(Hash256 block) => store.GetConsensusState(block);

    public IReadOnlyList<Reorg> GetReorgs(int limit) => store.GetReorgs(limit);

    public IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit) => store.GetChainLog(fromOffset, limit);

    private T Counted<T>(T value)
    {
        Count++;
        return value;
    }
}
