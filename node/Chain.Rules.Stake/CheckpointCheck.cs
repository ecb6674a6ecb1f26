using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rules.Stake;

/// <summary>Whether a chain that is already here fits the checkpoint that a node is told to trust.</summary>
internal static class CheckpointCheck
{
    /// <summary>Why not, for a person; null while it fits, or has not come as far as the checkpoint.</summary>
    /// <param name="store">Holds the chain.</param>
    /// <param name="slotsPerEpoch">SLOTS_PER_EPOCH.</param>
    /// <param name="trusted">The checkpoint.</param>
    public static string? FindProblem(IChainReader store, ulong slotsPerEpoch, Checkpoint trusted)
    {
        // By epochs first: the named one may be so late that it has no slot.
        if (store.GetHead() is not { } head || SlotOf(store, head.Head).ToEpoch(slotsPerEpoch) < trusted.Epoch) return null;

        // get_checkpoint_block: the last block up to the epoch's first slot.
        var start = trusted.Epoch.StartSlot(slotsPerEpoch);
        var hash = head.Head;
        while (SlotOf(store, hash) > start)
            hash = (store.GetHeader(hash) ?? throw StoreException.Missing($"the header of block {hash}")).ParentHash;
        return hash == trusted.Root ? null
            : $"The chain in this folder is another one than --checkpoint {trusted.Epoch.Number}:{trusted.Root} names: at the "
                + $"start of {trusted.Epoch} its block is {hash}. Name a checkpoint of its own, or another --data folder for "
                    + $"the other chain.";
    }

    private static Slot SlotOf(IChainReader store, Hash256 hash) =>
        store.GetBlock(hash) is { Sidecar.IsEmpty: false } block
        ? ConsensusSidecar.Decode(block.Sidecar.Span).Body.Slot
        : default;
}
