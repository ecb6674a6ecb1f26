using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Cli;

/// <summary>A block of a node's tree, `chain_getBlockTree`.</summary>
/// <param name="StakeShare">How much of the stake voted for it or its descendants, 0 to 1; null where nobody votes.</param>
internal sealed record TreeBlock(long Number, Hash256 Hash, Hash256 Parent, long Transactions, double? StakeShare)
{
    /// <exception cref="UnexpectedAnswerException">It is no tree of blocks.</exception>
    public static List<TreeBlock> ReadAll(Answer answer) => [.. answer.Require("blocks").Items().Select(Read)];

    private static TreeBlock Read(Answer block) => new(
        block.Require("number").Count(),
        block.Require("hash").Hash(),
        block.Require("parentHash").Hash(),
        block.Require("transactionCount").Count(),
        block.Field("stakeShare")?.Fraction());
}
