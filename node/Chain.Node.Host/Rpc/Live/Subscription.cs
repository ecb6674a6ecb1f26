using Chain.Primitives;

namespace Chain.Node.Host.Rpc;

internal enum SubscriptionKind
{
    NewHeads,
    Logs,

    /// <summary>Hashes.</summary>
    NewPendingTransactions,

    /// <summary>Whole transactions.</summary>
    NewPendingTransactionsFull,

    Syncing,

    /// <summary>Ours: the array of `eth_getWork` whenever it changes.</summary>
    NewWork,

    /// <summary>Ours: every reorganisation.</summary>
    ChainReorg,

    /// <summary>Ours: every change in the life of a transaction.</summary>
    ChainTransactions,

    /// <summary>Ours: what the consensus rule tells of itself: justified, finalized, slashed and so on.</summary>
    ChainConsensus,
}

/// <param name="Logs">For <see cref="SubscriptionKind.Logs"/>.</param>
/// <param name="Transaction">For <see cref="SubscriptionKind.ChainTransactions"/>: only this one; null for all.</param>
internal sealed record Subscription(string Id, ISubscriber Subscriber, SubscriptionKind Kind, LogFilter? Logs, Hash256? Transaction);
