using Chain.Primitives;

namespace Chain.Execution;

/// <summary>Ether that a consensus rule creates for an account around a block's transactions, in wei.</summary>
public sealed record BalanceCredit(Address Account, UInt256 Wei);
