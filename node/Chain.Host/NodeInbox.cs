using System.Threading.Channels;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Host;

/// <summary>
/// The one way to the core: three lanes, the urgent one first, with a turn for the others now and then so that a flood of urgent
/// messages starves nobody; the others take turns, since one question may take as long as a thousand transactions. Within a lane
/// the peers and this node itself take turns, one input each. What peers may have here is bounded by
/// <see cref="InboundShares"/>, in messages and bytes; inputs of this node are bounded in number, and their writers wait. One
/// reader.
/// </summary>
internal sealed class NodeInbox : IDisposable
{
    private const int SubmissionsPerBatch = 512;

    /// <summary>So many inputs of the urgent lane go before one of the others that waits.</summary>
    private const int TurnsBeforeOthers = 32;

    // Inputs of this node belong to no peer.
    private const long Ourselves = long.MinValue;

    private readonly Lock _gate = new();

    // Consensus, control; sync; transactions.
    private readonly Lane[] _lanes = [new(4096), new(1024), new(4096)];
    private readonly SemaphoreSlim _available = new(0);
    private NodeInput.Tick? _tick;
    private int _turns;
    private int _nextOther = 1;
    private bool _isClosed;
    private InboundLease? _inHand;

    private readonly record struct Entry(NodeInput Input, InboundLease? Lease);

    private sealed class Lane(int ownPlaces) : IDisposable
    {
        /// <summary>Places for inputs of this node.</summary>
        public SemaphoreSlim OwnPlaces { get; } = new(ownPlaces);

        /// <summary>What waits, by who sent it.</summary>
        public Dictionary<long, Queue<Entry>> BySource { get; } = [];

        /// <summary>Those of whom something waits, whose turn is next first.</summary>
        public Queue<long> Turns { get; } = new();

        public int Count { get; set; }

        public void Dispose() => OwnPlaces.Dispose();
    }

    /// <summary>Inputs waiting, over all lanes.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate) return _lanes.Sum(lane => lane.Count) + (_tick is null ? 0 : 1);
        }
    }

    /// <summary>An input of this node itself; waits while its lane has no room.</summary>
    /// <exception cref="ChannelClosedException">The inbox is closed.</exception>
    public async ValueTask WriteAsync(NodeInput input, CancellationToken cancellation)
    {
        var lane = LaneOf(input);
        await lane.OwnPlaces.WaitAsync(cancellation);
        if (!Put(lane, Ourselves, new Entry(input, null))) throw new ChannelClosedException();
    }

    /// <summary>
    /// False when the lane is full or closed. Of ticks the latest waits: it says what those before it would have said.
    /// </summary>
    public bool TryWrite(NodeInput input)
    {
        if (input is NodeInput.Tick tick) return PutTick(tick);
        var lane = LaneOf(input);
        return lane.OwnPlaces.Wait(0) && Put(lane, Ourselves, new Entry(input, null));
    }

    /// <summary>Something of a peer, whose share the lease is: given back once the input is handled.</summary>
    /// <exception cref="ChannelClosedException">The inbox is closed.</exception>
    public void Write(PeerId peer, NodeInput input, InboundLease? lease)
    {
        if (Put(LaneOf(input), peer.Number, new Entry(input, lease))) return;
        lease?.Dispose();
        throw new ChannelClosedException();
    }

    /// <summary>
    /// The next input; null when the inbox was closed. Submissions that wait behind each other come as one. The one before is
    /// handled by now.
    /// </summary>
    public async ValueTask<NodeInput?> ReadAsync()
    {
        _inHand?.Dispose();
        _inHand = null;
        await _available.WaitAsync();
        lock (_gate)
        {
            if (_tick is { } tick)
            {
                _tick = null;
                return tick;
            }

            if (NextLane() is not { } lane) return null;
            var source = lane.Turns.Peek();
            var entry = Take(lane);
            _inHand = entry.Lease;
            return entry.Input is NodeInput.SubmitTransactions first ? Gather(lane, source, first) : entry.Input;
        }
    }

    /// <summary>Ends it: writers are refused, the reader gets what is left and then null.</summary>
    public void Close()
    {
        lock (_gate) _isClosed = true;
        _available.Release();
    }

    public void Dispose()
    {
        _inHand?.Dispose();
        _available.Dispose();
        foreach (var lane in _lanes) lane.Dispose();
    }

    private bool PutTick(NodeInput.Tick tick)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            var waits = _tick is not null;
            _tick = tick;
            if (!waits) _available.Release();
            return true;
        }
    }

    private bool Put(Lane lane, long source, Entry entry)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            if (!lane.BySource.TryGetValue(source, out var queue)) lane.BySource.Add(source, queue = new Queue<Entry>());
            if (queue.Count == 0) lane.Turns.Enqueue(source);
            queue.Enqueue(entry);
            lane.Count++;
            _available.Release();
            return true;
        }
    }

    private Lane? NextLane()
    {
        var urgent = _lanes[0];
        var other = Array.Find([_lanes[_nextOther], _lanes[_lanes.Length - _nextOther]], lane => lane.Count > 0);
        if (urgent.Count > 0 && (other is null || ++_turns < TurnsBeforeOthers)) return urgent;
        _turns = 0;
        if (other is not null) _nextOther = other == _lanes[1] ? 2 : 1;
        return other;
    }

    /// <summary>The next entry of whose turn it is, who then goes to the end.</summary>
    private static Entry Take(Lane lane)
    {
        var source = lane.Turns.Dequeue();
        var queue = lane.BySource[source];
        var entry = queue.Dequeue();
        lane.Count--;
        if (queue.Count > 0) lane.Turns.Enqueue(source);
        else lane.BySource.Remove(source);
        if (source == Ourselves) lane.OwnPlaces.Release();
        return entry;
    }

    private NodeInput.SubmitTransactions Gather(Lane lane, long source, NodeInput.SubmitTransactions first)
    {
        if (!lane.BySource.TryGetValue(source, out var queue) || queue.Peek().Input is not NodeInput.SubmitTransactions)
        {
            return first;
        }

        var items = new List<(RequestId, RecoveredTransaction)>(first.Items);
        while (items.Count < SubmissionsPerBatch && queue.TryPeek(out var next)
            && next.Input is NodeInput.SubmitTransactions more && _available.Wait(0))
        {
            queue.Dequeue();
            lane.Count--;
            lane.OwnPlaces.Release();
            items.AddRange(more.Items);
        }

        if (queue.Count == 0) Forget(lane, source);
        return first with { Items = items };
    }

    // Its turn was put at the end when there was still something to come.
    private static void Forget(Lane lane, long source)
    {
        lane.BySource.Remove(source);
        for (var left = lane.Turns.Count; left > 0; left--)
        {
            var other = lane.Turns.Dequeue();
            if (other != source) lane.Turns.Enqueue(other);
        }
    }

    private Lane LaneOf(NodeInput input) => _lanes[input switch
    {
        NodeInput.SubmitTransactions => 2,
        NodeInput.MessageReceived received => LaneOf(received.Message),
        NodeInput.ImportBlocks => 1,
        _ => 0,
    }];

    private static int LaneOf(WireMessage message) => message switch
    {
        WireMessage.Transactions or WireMessage.PooledTransactions => 2,
        WireMessage.NewPooledTransactionHashes or WireMessage.GetPooledTransactions => 2,
        WireMessage.NewBlock or WireMessage.NewBlockHashes or WireMessage.NewBlockWithSidecar => 0,
        WireMessage.OfConsensus or WireMessage.Status or WireMessage.BlockRangeUpdate => 0,
        _ => 1,
    };
}
