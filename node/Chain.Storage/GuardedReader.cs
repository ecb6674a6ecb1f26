using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// A reader whose stored bytes may be damaged: whatever they make it throw is told as damage of the record asked for.
/// </summary>
internal sealed class GuardedReader(IChainReaderLease inner, string path) : IChainReaderLease
{
    public HeadRecord? GetHead() => Read(0, static (reader, _) => reader.GetHead(), static _ => "the head");

    public BlockRecord? GetBlockRecord(Hash256 hash) =>
        Read(hash, static (reader, hash) => reader.GetBlockRecord(hash), static hash => $"the record of block {hash}");

    public SealedHeader? GetHeader(Hash256 hash) =>
        Read(hash, static (reader, hash) => reader.GetHeader(hash), static hash => $"the header of block {hash}");

    public Block? GetBlock(Hash256 hash) =>
        Read(hash, static (reader, hash) => reader.GetBlock(hash), static hash => $"block {hash}");

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 blockHash) =>
        Read(blockHash, static (reader, hash) => reader.GetReceipts(hash), static hash => $"the receipts of block {hash}");

    public IReadOnlyList<Address>? GetSenders(Hash256 blockHash) =>
        Read(blockHash, static (reader, hash) => reader.GetSenders(hash), static hash => $"the senders of block {hash}");

    public Hash256? GetCanonicalHash(ulong number) =>
        Read(number, static (reader, number) => reader.GetCanonicalHash(number), static number => $"canonical block {number}");

    public IReadOnlyList<BlockRecord> GetBlocksAt(ulong number) =>
        Read(number, static (reader, number) => reader.GetBlocksAt(number), static number => $"the blocks of height {number}");

    public TransactionLocation? GetTransactionLocation(Hash256 transactionHash) =>
        Read(transactionHash, static (reader, hash) => reader.GetTransactionLocation(hash),
            static hash => $"the place of transaction {hash}");

    public IReadOnlyList<TransactionStep> GetTransactionSteps(Hash256 transactionHash) =>
        Read(transactionHash, static (reader, hash) => reader.GetTransactionSteps(hash),
            static hash => $"the steps of transaction {hash}");

    public IReadOnlyList<AddressEntry> GetAddressHistory(Address address, AddressCursor? before, int limit) =>
        Read((address, before, limit), static (reader, ask) => reader.GetAddressHistory(ask.address, ask.before, ask.limit),
            static ask => $"the history of {ask.address}");

    public byte[]? GetConsensusState(Hash256 block) =>
        Read(block, static (reader, block) => reader.GetConsensusState(block),
            static block => $"the consensus state after block {block}");

    public IReadOnlyList<Reorg> GetReorgs(int limit) =>
        Read(limit, static (reader, limit) => reader.GetReorgs(limit), static _ => "the reorganizations");

    public IReadOnlyList<ChainLogEntry> GetChainLog(ulong fromOffset, int limit) =>
        Read((fromOffset, limit), static (reader, ask) => reader.GetChainLog(ask.fromOffset, ask.limit),
            static ask => $"the chain log from {ask.fromOffset} on");

    public byte[]? GetTrieNode(Hash256 hash) =>
        Read(hash, static (reader, hash) => reader.GetTrieNode(hash), static hash => $"trie node {hash}");

    public byte[]? GetCode(Hash256 hash) =>
        Read(hash, static (reader, hash) => reader.GetCode(hash), static hash => $"code {hash}");

    public void Dispose() => inner.Dispose();

    private T Read<TAsk, T>(TAsk ask, Func<IChainReaderLease, TAsk, T> read, Func<TAsk, string> record)
    {
        try
        {
            return read(inner, ask);
        }
        catch (Exception problem) when (StoreGuard.IsOfContent(problem))
        {
            throw StoreGuard.Damaged(path, $"{record(ask)} cannot be read: {problem.Message}", problem);
        }
    }
}
