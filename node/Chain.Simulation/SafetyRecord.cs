using Chain.Node;

namespace Chain.Simulation;

/// <summary>
/// How the blocks that a node called `safe` fared: a revert is a head that leaves such a block off its branch. (That `safe` falls
/// back to an earlier block of the same branch, because it cannot be confirmed any more, reverts nothing.)
/// </summary>
public sealed class SafetyRecord
{
    private ulong _highestSafe;

    /// <summary>How often.</summary>
    public int Reverts { get; private set; }

    /// <summary>The most blocks once called safe that one head left behind.</summary>
    public ulong DeepestRevert { get; private set; }

    internal void OnHead(ulong ancestor)
    {
        if (ancestor >= _highestSafe) return;
        Reverts++;
        DeepestRevert = Math.Max(DeepestRevert, _highestSafe - ancestor);
        _highestSafe = ancestor;
    }

    internal void Observe(ChainView view) => _highestSafe = Math.Max(_highestSafe, view.Safe.Number);
}
