using System.Collections.Immutable;
using System.Text.Json;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>
/// Listens to the node on one task and writes to subscribers. What many want is written once. A subscriber that does not keep up
/// is disconnected, and so are all when the hub itself missed something: nobody hears a story with a hole in it.
/// </summary>
internal sealed class SubscriptionHub(INodeAccess node, BlockCache blocks, RpcLimits limits) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private ImmutableArray<Subscription> _subscriptions = [];
    private Task _pump = Task.CompletedTask;

    public AnnouncedTransactions Announced { get; } = new();

    /// <summary>Reorganisations since start, by depth.</summary>
    public ReorgCounter Reorgs { get; } = new();

    /// <summary>Whether a peer was ever connected: only who had one can be cut off.</summary>
    public bool HadPeers { get; private set; }

    public int Count => _subscriptions.Length;

    /// <summary>From its return on nothing is missed.</summary>
    public void Start()
    {
        var feed = Listen();
        _pump = Task.Run(() => PumpAsync(feed));
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _pump;
    }

    public void Dispose() => _stopping.Dispose();

    /// <summary>False when the subscriber has too many.</summary>
    public bool HasRoomFor(ISubscriber subscriber) =>
        _subscriptions.Count(s => ReferenceEquals(s.Subscriber, subscriber)) < limits.SubscriptionsPerConnection;

    public void Add(Subscription subscription) =>
        ImmutableInterlocked.Update(ref _subscriptions, (list, item) => list.Add(item), subscription);

    /// <summary>Whether the subscriber had such a subscription.</summary>
    public bool Remove(ISubscriber subscriber, string id) =>
        ImmutableInterlocked.Update(ref _subscriptions,
            list => list.RemoveAll(s => s.Id == id && ReferenceEquals(s.Subscriber, subscriber)));

    public void RemoveAll(ISubscriber subscriber) =>
        ImmutableInterlocked.Update(ref _subscriptions, list => list.RemoveAll(s => ReferenceEquals(s.Subscriber, subscriber)));

    private NodeFeed.Subscription Listen() => node.Feed.Subscribe(capacity: 131_072);

    private async Task PumpAsync(NodeFeed.Subscription feed)
    {
        while (!_stopping.IsCancellationRequested)
        {
            using (feed)
            {
                try
                {
                    await foreach (var notice in feed.Notices.ReadAllAsync(_stopping.Token)) Handle(notice);
                }
                catch (OperationCanceledException)
                {
                    return;
                }
            }

            feed = Listen();
            foreach (var subscription in _subscriptions)
                subscription.Subscriber.Drop("events were missed; connect again and replay them with chain_getEvents");
        }
    }

    private void Handle(NodeNotice notice)
    {
        switch (notice.Event)
        {
            case NodeEvent.HeadChanged change:
                OnHeadChanged(change, notice.View);
                break;
            case NodeEvent.TransactionPooled pooled:
                Announced.Add(pooled.Transaction.Hash);
                Push(SubscriptionKind.NewPendingTransactions, json => json.WriteHexValue(pooled.Transaction.Hash.Bytes));
                Push(SubscriptionKind.NewPendingTransactionsFull,
                    json => EthJson.WriteTransaction(json, pooled.Transaction.Transaction, null));
                break;
            case NodeEvent.TransactionChanged changed:
                Push(SubscriptionKind.ChainTransactions, json => ChainJson.WriteStep(json, changed.Step, changed.Hash),
                    s => s.Transaction is null || s.Transaction == changed.Hash);
                break;
            case NodeEvent.OfConsensus told:
                Push(SubscriptionKind.ChainConsensus, json => node.Api.WriteEvent(json, told.Happened));
                break;
            case NodeEvent.PeerReady:
                HadPeers = true;
                break;
            case NodeEvent.NewWork work:
                Push(SubscriptionKind.NewWork, json => MiningMethods.WriteWork(json, work.Package));
                break;
            case NodeEvent.SyncProgress progress:
                Push(SubscriptionKind.Syncing, json => WriteSyncing(json, progress));
                break;
            case NodeEvent.SyncFinished:
                Push(SubscriptionKind.Syncing, json => json.WriteBooleanValue(false));
                break;
            default:
                break;
        }
    }

    private void OnHeadChanged(NodeEvent.HeadChanged change, ChainView view)
    {
        if (change.Removed.Count > 0)
        {
            Reorgs.Count(change.Removed.Count);
            Push(SubscriptionKind.ChainReorg, json => ChainJson.WriteReorg(json, change, view));
        }

        foreach (var header in change.Added) Push(SubscriptionKind.NewHeads, json => EthJson.WriteHeader(json, header));
        if (!_subscriptions.Any(s => s.Kind == SubscriptionKind.Logs)) return;
        using var reader = node.OpenReader();
        foreach (var header in change.Removed) PushLogs(reader, header, removed: true);
        foreach (var header in change.Added) PushLogs(reader, header, removed: false);
    }

    private void PushLogs(IChainReader reader, SealedHeader header, bool removed)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Logs is not { } filter || !filter.MayMatch(header.Header.LogsBloom)
                || blocks.Get(reader, header.Hash) is not { } block)
                continue;
            foreach (var place in filter.In(block)) Send(subscription, Encode(json => EthJson.WriteLog(json, place, removed)));
        }
    }

    private static void WriteSyncing(Utf8JsonWriter json, NodeEvent.SyncProgress progress)
    {
        json.WriteStartObject();
        json.WriteBoolean("syncing"u8, true);
        json.WritePropertyName("status"u8);
        NodeMethods.WriteSync(json, new SyncView(progress.StartingBlock, progress.CurrentBlock, progress.HighestBlock));
        json.WriteEndObject();
    }

    private void Push(SubscriptionKind kind, Action<Utf8JsonWriter> write, Func<Subscription, bool>? where = null)
    {
        byte[]? encoded = null;
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Kind != kind || where?.Invoke(subscription) == false) continue;
            Send(subscription, encoded ??= Encode(write));
        }
    }

    private static byte[] Encode(Action<Utf8JsonWriter> write)
    {
        using var buffer = new ResponseBuffer();
        using var json = new Utf8JsonWriter(buffer, RpcJson.WriterOptions);
        write(json);
        json.Flush();
        return buffer.Written.ToArray();
    }

    private static void Send(Subscription subscription, ReadOnlySpan<byte> result)
    {
        using var buffer = new ResponseBuffer();
        buffer.Append("{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":{\"subscription\":\""u8);
        buffer.Append(System.Text.Encoding.ASCII.GetBytes(subscription.Id));
        buffer.Append("\",\"result\":"u8);
        buffer.Append(result);
        buffer.Append("}}"u8);
        subscription.Send(buffer.Written.ToArray());
    }
}

/// <summary>How many reorganisations were how deep.</summary>
internal sealed class ReorgCounter
{
    private static readonly int[] Bounds = [1, 2, 3, 6, 12, 32, 64];

    private readonly long[] _counts = new long[Bounds.Length + 1];

    public void Count(int depth)
    {
        var i = 0;
        while (i < Bounds.Length && depth > Bounds[i]) i++;
        Interlocked.Increment(ref _counts[i]);
    }

    /// <summary>The greatest depth of each class as text ("inf" for the last) and its count.</summary>
    public IEnumerable<(string UpTo, long Count)> Classes()
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            yield return (i < Bounds.Length ? Bounds[i].ToString(System.Globalization.CultureInfo.InvariantCulture) : "inf",
                Interlocked.Read(ref _counts[i]));
        }
    }
}
