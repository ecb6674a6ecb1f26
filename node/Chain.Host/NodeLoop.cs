using System.Collections.Concurrent;
using System.Diagnostics;
using Chain.Consensus;
using Chain.Node;
using Chain.Rpc;
using Chain.Storage;
using Microsoft.Extensions.Logging;

namespace Chain.Host;

/// <summary>Where the loop sends what the core wants sent.</summary>
internal interface IPeerSender
{
    void Send(PeerId peer, WireMessage message);

    void Disconnect(PeerId peer, DisconnectReason reason, string why);

    /// <summary>The peer has brought something new and sound.</summary>
    void Credit(PeerId peer);

    /// <summary>Leaves all peers and meets no more.</summary>
    void Retire(string why);
}

/// <summary>
/// Feeds the core from the inbox and carries its effects out: persist, publish, send, answer, tell. The only owner of the core.
/// When the store refuses a write the core is thrown away and made anew from what was committed, and from then on the node only
/// reads, and has no peers. Where the consensus rule stops it, it only reads too, but keeps its peers: they must learn why.
/// </summary>
/// <param name="evidence">Where proofs are kept; what it holds at the start keeps the node from following the chain.</param>
/// <param name="peers">Null for a node without peers.</param>
/// <param name="signing">Where signatures are asked for; null for a node that acts for nobody.</param>
internal sealed class NodeLoop(NodeConfig config, ConsensusRules rules, IChainStore store, NodeInbox inbox, NodeFeed feed,
    EvidenceFolder evidence, ILogger logger, IPeerSender? peers = null, SigningDesk? signing = null)
{
    private const string LeftToRead = "this node serves reads only";

    private readonly ConcurrentDictionary<RequestId, TaskCompletionSource<NodeReply>> _asked = new();
    private readonly EffectList _effects = new();
    private readonly StepClock _steps = new(TimeProvider.System);
    private NodeCore _core = StoreDamage.Explain(store, () => new NodeCore(config, rules, store, evidence.ReadProof()));
    private ChainView? _view;
    private long _nextRequest;
    private long _importedBlocks, _importedTransactions, _importTicks;
    private volatile string? _whyReadOnly = evidence.Read() is { } found ? ReadsOnly(found) : null;
    private bool _isStoreGone;

    public ChainView View => Volatile.Read(ref _view) ?? _core.View;

    /// <summary>Why the node only reads; null while all is well.</summary>
    public string? WhyReadOnly => _whyReadOnly;

    /// <summary>How the core's steps go, also while one is under way.</summary>
    public StepHealth Steps => _steps.Read(inbox.Waiting);

    public ImportTotals Imports => new(
        Interlocked.Read(ref _importedBlocks), Interlocked.Read(ref _importedTransactions),
        Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _importTicks)));

    /// <summary>Asks the core something and waits for its reply.</summary>
    /// <exception cref="NodeUnavailableException">The node only reads, or it is ending.</exception>
    public async Task<T> AskAsync<T>(Func<RequestId, NodeInput> question, CancellationToken cancellation)
        where T : NodeReply
    {
        if (_whyReadOnly is { } why) throw new NodeUnavailableException(why);
        var request = new RequestId(Interlocked.Increment(ref _nextRequest));
        var answer = new TaskCompletionSource<NodeReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        _asked[request] = answer;
        try
        {
            await inbox.WriteAsync(question(request), cancellation);
            return (T)await answer.Task.WaitAsync(cancellation);
        }
        catch (System.Threading.Channels.ChannelClosedException)
        {
            throw new NodeUnavailableException("The node is shutting down.");
        }
        finally
        {
            _asked.TryRemove(request, out _);
        }
    }

    /// <summary>Runs until the inbox is closed. A bug in the core ends it with that exception; the store stays sound.</summary>
    public async Task RunAsync()
    {
        Volatile.Write(ref _view, _core.View);
        if (_whyReadOnly is { } stopped) HostLog.Halted(logger, stopped);
        while (await inbox.ReadAsync() is { } input)
        {
            _steps.Begin();
            if (_whyReadOnly is { } why && (_isStoreGone || !IsOfPeer(input))) Refuse(input, why);
            else Step(input);
            _steps.End();
        }

        foreach (var (_, answer) in _asked) answer.TrySetException(new NodeUnavailableException("The node is shutting down."));
    }

    private void Step(NodeInput input)
    {
        var startedAt = Stopwatch.GetTimestamp();
        _effects.Clear();
        try
        {
            _core.Step(input, _effects);
            foreach (var effect in _effects.Items) Carry(effect, startedAt);
        }
        catch (Exception e) when ((e as StoreException ?? StoreDamage.Find(store, e)) is { } failure)
        {
            TurnReadOnly(failure);
            Refuse(input, _whyReadOnly!);
        }
    }

    private void Carry(NodeEffect effect, long startedAt)
    {
        switch (effect)
        {
            case NodeEffect.Persist persist:
                store.Commit(persist.Batch);
                Count(persist.Batch, startedAt);
                break;
            case NodeEffect.Publish publish:
                Volatile.Write(ref _view, publish.View);
                break;
            case NodeEffect.Send send:
                peers?.Send(send.Peer, send.Message);
                break;
            case NodeEffect.Sign sign:
                signing?.Ask(sign.Requests, View);
                break;
            case NodeEffect.Halt halt:
                HostLog.Halted(logger, halt.Why);
                _whyReadOnly = ReadsOnly(halt.Why);
                break;
            case NodeEffect.Disconnect disconnect:
                HostLog.Disconnecting(logger, disconnect.Peer, disconnect.Why);
                peers?.Disconnect(disconnect.Peer, disconnect.Reason, disconnect.Why);
                break;
            case NodeEffect.Credit credit:
                peers?.Credit(credit.Peer);
                break;
            case NodeEffect.Reply reply:
                if (_asked.TryRemove(reply.Request, out var answer)) answer.TrySetResult(reply.Answer);
                break;
            case NodeEffect.Tell tell:
                if (tell.Event is NodeEvent.OfConsensus { Happened: { Evidence: { } proof } happened })
                    Keep(proof, happened.Message);
                HostLog.Tell(logger, tell.Event);
                feed.Publish(View, tell.Event);
                break;
        }
    }

    private static bool IsOfPeer(NodeInput input) =>
        input is NodeInput.PeerConnected or NodeInput.PeerDisconnected or NodeInput.MessageReceived or NodeInput.MalformedMessage;

    private static string ReadsOnly(string why) => $"{LeftToRead}: {why}";

    private void Keep(ConsensusEvidence proof, string message)
    {
        try
        {
            evidence.Keep(proof, message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is in the log too, and the node stops in any case.
            HostLog.EvidenceLost(logger, proof.Name, e.Message);
        }
    }

    private void Count(StoreBatch batch, long startedAt)
    {
        if (batch.Blocks.Count == 0) return;
        Interlocked.Add(ref _importedBlocks, batch.Blocks.Count);
        foreach (var (block, _) in batch.Blocks) Interlocked.Add(ref _importedTransactions, block.Body.Transactions.Count);
        Interlocked.Add(ref _importTicks, Stopwatch.GetTimestamp() - startedAt);
    }

    private void TurnReadOnly(StoreException e)
    {
        _isStoreGone = true;
        var isDamage = e.Failure == StoreFailure.Corrupt;
        if (isDamage) HostLog.Damaged(logger, e.Message);
        else HostLog.ReadOnly(logger, e.Message);
        peers?.Retire(isDamage ? "the store is damaged" : "the store refused a write");
        _whyReadOnly = $"{LeftToRead} since its store {(isDamage ? "turned out damaged" : "refused a write")}: {e.Message} "
            + $"Mend that and restart the node.";
        ShowCommitted();
    }

    // What the core had in mind beyond the store is lost with it. A damaged store may not carry a new one: then the last picture
    // stays.
    private void ShowCommitted()
    {
        try
        {
            _core = new NodeCore(config, rules, store);
            Volatile.Write(ref _view, _core.View);
        }
        catch (Exception e) when (e is StoreException || StoreGuard.IsOfContent(e))
        {
            Volatile.Write(ref _view, View with { Peers = [] });
        }
    }

    private void Refuse(NodeInput input, string why)
    {
        void Fail(RequestId request)
        {
            if (_asked.TryRemove(request, out var answer)) answer.TrySetException(new NodeUnavailableException(why));
        }

        switch (input)
        {
            case NodeInput.SubmitTransactions submitted:
                foreach (var (request, _) in submitted.Items) Fail(request);
                break;
            case NodeInput.GetWork ask:
                Fail(ask.Request);
                break;
            case NodeInput.SubmitWork ask:
                Fail(ask.Request);
                break;
            case NodeInput.ImportBlocks ask:
                Fail(ask.Request);
                break;
            case NodeInput.SubmitConsensus ask:
                Fail(ask.Request);
                break;
            case NodeInput.PeerConnected connected:
                peers?.Disconnect(connected.Peer, DisconnectReason.ClientQuitting, LeftToRead);
                break;
        }
    }
}
