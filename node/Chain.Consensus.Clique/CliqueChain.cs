using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>The fork choice of one node, and who may sign after its head.</summary>
internal sealed class CliqueChain(CliqueBlocks blocks, CliqueSnapshots snapshots, Func<Hash256, SealedHeader?> getHeader)
{
    private CliqueForkChoice? _forkChoice;

    public SealedHeader Head
    {
        get
        {
            var hash = _forkChoice!.FindHead();
            return getHeader(hash) ?? throw new InvalidOperationException($"The head {hash} is not in the store.");
        }
    }

    public Hash256 HeadHash => _forkChoice!.FindHead();

    /// <summary>Begins the fork choice anew over this block.</summary>
    public IForkChoice Begin(ForkChoiceBlock root) => _forkChoice = new CliqueForkChoice(root, blocks);

    /// <summary>The snapshot after a block of the tree.</summary>
    public CliqueSnapshot SnapshotOf(SealedHeader block) =>
        snapshots.Of(block) ?? throw new InvalidOperationException($"The ancestors of {block} are not in the store.");
}
