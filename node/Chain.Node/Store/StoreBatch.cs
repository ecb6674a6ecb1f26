using Chain.Primitives;

namespace Chain.Node;

/// <summary>All writes of one step: committed together or not at all.</summary>
public sealed class StoreBatch
{
    /// <summary>New blocks with their records, in order of arrival.</summary>
    public List<(Block Block, BlockRecord Record)> Blocks { get; } = [];

    /// <summary>Blocks whose status changed.</summary>
    public List<(Hash256 Hash, BlockStatus Status)> Statuses { get; } = [];

    /// <summary>Receipts of blocks executed in this step.</summary>
    public List<(Hash256 BlockHash, IReadOnlyList<Receipt> Receipts)> Receipts { get; } = [];

    /// <summary>New trie nodes by their hash.</summary>
    public List<KeyValuePair<Hash256, byte[]>> TrieNodes { get; } = [];

    /// <summary>New contract codes by their hash.</summary>
    public List<KeyValuePair<Hash256, byte[]>> Codes { get; } = [];

    /// <summary>
    /// Changes of the canonical chain in the order in which they happen: blocks removed from the old head downwards, then
    /// blocks added upwards. The store keeps number, transaction and address indexes and the chain log in step with them;
    /// each added block names the senders of its transactions in order.
    /// </summary>
    public List<CanonicalChange> Canonical { get; } = [];

    public List<(Hash256 TransactionHash, TransactionStep Step)> TransactionSteps { get; } = [];

    public List<Reorg> Reorgs { get; } = [];

    /// <summary>The consensus rule's own state after a block, opaque here; the store keeps one, the last it was given.</summary>
    public (Hash256 Block, byte[] State)? ConsensusState { get; set; }

    /// <summary>The head after this batch; null when it does not change.</summary>
    public HeadRecord? Head { get; set; }

    public bool IsEmpty =>
        Blocks.Count + Statuses.Count + Receipts.Count + TrieNodes.Count + Codes.Count + Canonical.Count + TransactionSteps.Count
        + Reorgs.Count == 0 && Head is null && ConsensusState is null;
}

/// <summary>A block that joined or left the canonical chain.</summary>
public sealed record CanonicalChange(bool Added, Block Block, IReadOnlyList<Address> Senders, ulong LogOffset, At At);
