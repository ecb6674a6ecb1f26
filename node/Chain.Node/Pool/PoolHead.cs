using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>The head as the pool needs to see it.</summary>
/// <param name="AccountOf">An account on the head's state; null where there is none.</param>
public sealed record PoolHead(Func<Address, Account?> AccountOf, UInt256 NextBaseFee, ulong GasLimit);

/// <summary>
/// How the head moved: transactions of the blocks that left the chain and of those that joined it, oldest first, each with its
/// block.
/// </summary>
/// <param name="IsReorganization">Whether blocks left the chain, with or without transactions: balances may be less now.</param>
public sealed record PoolHeadMove(
    IReadOnlyList<(RecoveredTransaction Transaction, BlockRef Block)> Removed,
    IReadOnlyList<(RecoveredTransaction Transaction, BlockRef Block)> Added,
    bool IsReorganization);
