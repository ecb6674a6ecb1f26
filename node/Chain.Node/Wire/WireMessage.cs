using Chain.Primitives;

namespace Chain.Node;

/// <summary>The messages of eth/68 and eth/69 (devp2p, caps/eth.md) and of our own capability for sidecars, decoded.</summary>
public abstract record WireMessage
{
    private WireMessage()
    {
    }

    /// <summary>The greeting. Under eth/69 total difficulty is absent and the block range is present.</summary>
    public sealed record Status(int Version, ulong NetworkId, UInt256 TotalDifficulty, Hash256 HeadHash, ulong HeadNumber,
        Hash256 GenesisHash, ForkId ForkId, ulong EarliestBlock) : WireMessage;

    public sealed record NewBlockHashes(IReadOnlyList<BlockRef> Blocks) : WireMessage;

    /// <summary>A block whole, with the total difficulty up to and including it.</summary>
    public sealed record NewBlock(Block Block, UInt256 TotalDifficulty) : WireMessage;

    public sealed record Transactions(IReadOnlyList<Transaction> Items) : WireMessage;

    /// <summary>Types, sizes (EIP-2718 bytes) and hashes, of equal length (eth/68).</summary>
    public sealed record NewPooledTransactionHashes(IReadOnlyList<byte> Types, IReadOnlyList<int> Sizes,
        IReadOnlyList<Hash256> Hashes) : WireMessage;

    /// <summary>Asks for headers from a block given by hash or by number.</summary>
    public sealed record GetBlockHeaders(ulong RequestId, Hash256? StartHash, ulong StartNumber, ulong Limit, ulong Skip,
        bool Reverse) : WireMessage;

    public sealed record BlockHeaders(ulong RequestId, IReadOnlyList<SealedHeader> Headers) : WireMessage;

    public sealed record GetBlockBodies(ulong RequestId, IReadOnlyList<Hash256> Hashes) : WireMessage;

    public sealed record BlockBodies(ulong RequestId, IReadOnlyList<BlockBody> Bodies) : WireMessage;

    public sealed record GetPooledTransactions(ulong RequestId, IReadOnlyList<Hash256> Hashes) : WireMessage;

    public sealed record PooledTransactions(ulong RequestId, IReadOnlyList<Transaction> Items) : WireMessage;

    public sealed record GetReceipts(ulong RequestId, IReadOnlyList<Hash256> Hashes) : WireMessage;

    public sealed record Receipts(ulong RequestId, IReadOnlyList<IReadOnlyList<Receipt>> Blocks) : WireMessage;

    /// <summary>eth/69: the range of blocks that the sender serves.</summary>
    public sealed record BlockRangeUpdate(ulong Earliest, ulong Latest, Hash256 LatestHash) : WireMessage;

    /// <summary>Our own capability: the sidecars of these blocks, for rules that have them.</summary>
    public sealed record GetSidecars(ulong RequestId, IReadOnlyList<Hash256> Hashes) : WireMessage;

    /// <summary>In the order asked; empty where the sender does not have one.</summary>
    public sealed record Sidecars(ulong RequestId, IReadOnlyList<ReadOnlyMemory<byte>> Items) : WireMessage;

    /// <summary>Our own capability: a message of the consensus rule itself.</summary>
    public sealed record OfConsensus(Chain.Consensus.ConsensusMessage Message) : WireMessage;

    /// <summary>Our own capability: a new block with its sidecar.</summary>
    public sealed record NewBlockWithSidecar(Block Block, UInt256 TotalWeight) : WireMessage;
}
