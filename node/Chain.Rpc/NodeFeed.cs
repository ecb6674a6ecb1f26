using System.Collections.Immutable;
using System.Threading.Channels;
using Chain.Node;

namespace Chain.Rpc;

/// <summary>
/// Hands what a node tells to whoever listens. A listener that falls behind is dropped (its channel ends); the node never waits.
/// </summary>
public sealed class NodeFeed
{
    private ImmutableArray<Subscription> _subscriptions = [];

    /// <summary>Called by the host for every `Tell` of a step, after its view was published.</summary>
    public void Publish(ChainView view, NodeEvent nodeEvent)
    {
        foreach (var subscription in _subscriptions)
        {
            if (subscription.Offer(new NodeNotice(view, nodeEvent))) continue;
            subscription.Dispose();
        }
    }

    /// <param name="capacity">How many notices may wait before the listener is dropped.</param>
    public Subscription Subscribe(int capacity = 16_384)
    {
        var subscription = new Subscription(this, capacity);
        ImmutableInterlocked.Update(ref _subscriptions, (list, item) => list.Add(item), subscription);
        return subscription;
    }

    /// <summary>One listener. Its channel ends when it is disposed or was too slow.</summary>
    public sealed class Subscription : IDisposable
    {
        private readonly NodeFeed _feed;
        private readonly Channel<NodeNotice> _channel;

        internal Subscription(NodeFeed feed, int capacity)
        {
            _feed = feed;
            _channel = Channel.CreateBounded<NodeNotice>(new BoundedChannelOptions(capacity) { SingleReader = true });
        }

        public ChannelReader<NodeNotice> Notices => _channel.Reader;

        internal bool Offer(NodeNotice notice) => _channel.Writer.TryWrite(notice);

        public void Dispose()
        {
            ImmutableInterlocked.Update(ref _feed._subscriptions, (list, item) => list.Remove(item), this);
            _channel.Writer.TryComplete();
        }
    }
}

/// <summary>An event with the view of the moment at which it was told.</summary>
public sealed record NodeNotice(ChainView View, NodeEvent Event);
