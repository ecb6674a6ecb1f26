using Chain.Primitives;

namespace Chain.Rpc;

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

/// <summary>
/// What one subscriber wants to hear. From its making on nothing is missed; what comes before the subscriber knows its id waits.
/// </summary>
/// <param name="id">What the subscriber is told.</param>
/// <param name="subscriber">Who hears it.</param>
/// <param name="kind">What it is about.</param>
/// <param name="logs">For <see cref="SubscriptionKind.Logs"/>.</param>
/// <param name="transaction">For <see cref="SubscriptionKind.ChainTransactions"/>: only this one; null for all.</param>
internal sealed class Subscription(string id, ISubscriber subscriber, SubscriptionKind kind, LogFilter? logs,
    Hash256? transaction)
{
    private readonly Lock _gate = new();

    // Null once the subscriber knows the id.
    private List<ReadOnlyMemory<byte>>? _waiting = [];

    public string Id => id;

    public ISubscriber Subscriber => subscriber;

    public SubscriptionKind Kind => kind;

    public LogFilter? Logs => logs;

    public Hash256? Transaction => transaction;

    public void Send(ReadOnlyMemory<byte> message)
    {
        lock (_gate)
        {
            if (_waiting is null) subscriber.Send(message);
            else _waiting.Add(message);
        }
    }

    /// <summary>The answer with the id is queued: what waits follows it.</summary>
    public void Open()
    {
        lock (_gate)
        {
            foreach (var message in _waiting ?? []) subscriber.Send(message);
            _waiting = null;
        }
    }
}
