using System.Threading.Channels;
using Chain.Primitives;

namespace Chain.Node.Host;

/// <summary>
/// The one way to the core: three bounded lanes with strict priority (DESIGN section 2). A full lane makes its writers wait,
/// which slows the peer or caller that fills it and nobody else. One reader.
/// </summary>
internal sealed class NodeInbox : IDisposable
{
    private const int SubmissionsPerBatch = 512;

    // Consensus, ticks, control; sync; transactions.
    private readonly Channel<NodeInput> _urgent = Lane(4096);
    private readonly Channel<NodeInput> _sync = Lane(1024);
    private readonly Channel<NodeInput> _transactions = Lane(4096);
    private readonly SemaphoreSlim _available = new(0);

    /// <summary>Inputs waiting, over all lanes.</summary>
    public int Waiting => _urgent.Reader.Count + _sync.Reader.Count + _transactions.Reader.Count;

    public async ValueTask WriteAsync(NodeInput input, CancellationToken cancellation)
    {
        await LaneOf(input).Writer.WriteAsync(input, cancellation);
        _available.Release();
    }

    /// <summary>False when the lane is full or closed.</summary>
    public bool TryWrite(NodeInput input)
    {
        if (!LaneOf(input).Writer.TryWrite(input)) return false;
        _available.Release();
        return true;
    }

    /// <summary>The next input; null when the inbox was closed. Submissions that wait behind each other come as one.</summary>
    public async ValueTask<NodeInput?> ReadAsync()
    {
        await _available.WaitAsync();
        if (_urgent.Reader.TryRead(out var input) || _sync.Reader.TryRead(out input)) return input;
        if (!_transactions.Reader.TryRead(out input)) return null;
        return input is NodeInput.SubmitTransactions first ? Gather(first) : input;
    }

    /// <summary>Ends it: writers are refused, the reader gets what is left and then null.</summary>
    public void Close()
    {
        _urgent.Writer.TryComplete();
        _sync.Writer.TryComplete();
        _transactions.Writer.TryComplete();
        _available.Release();
    }

    public void Dispose() => _available.Dispose();

    private NodeInput.SubmitTransactions Gather(NodeInput.SubmitTransactions first)
    {
        if (!_transactions.Reader.TryPeek(out var next) || next is not NodeInput.SubmitTransactions) return first;
        var items = new List<(RequestId, RecoveredTransaction)>(first.Items);
        while (items.Count < SubmissionsPerBatch
            && _transactions.Reader.TryPeek(out next) && next is NodeInput.SubmitTransactions
            && _available.Wait(0))
        {
            _transactions.Reader.TryRead(out next);
            items.AddRange(((NodeInput.SubmitTransactions)next!).Items);
        }

        return first with { Items = items };
    }

    private Channel<NodeInput> LaneOf(NodeInput input) => input switch
    {
        NodeInput.SubmitTransactions => _transactions,
        NodeInput.MessageReceived { Message: WireMessage.Transactions or WireMessage.PooledTransactions or WireMessage.NewPooledTransactionHashes or WireMessage.GetPooledTransactions } => _transactions,
        NodeInput.MessageReceived { Message: WireMessage.NewBlock or WireMessage.NewBlockHashes or WireMessage.NewBlockWithSidecar or WireMessage.OfConsensus or WireMessage.Status or WireMessage.BlockRangeUpdate } => _urgent,
        NodeInput.MessageReceived or NodeInput.ImportBlocks => _sync,
        _ => _urgent,
    };

    private static Channel<NodeInput> Lane(int capacity) =>
        Channel.CreateBounded<NodeInput>(new BoundedChannelOptions(capacity) { SingleReader = true });
}
