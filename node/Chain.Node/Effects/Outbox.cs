namespace Chain.Node;

/// <summary>
/// Gathers what a step does to the world. Handed over as effects in the one safe order: persist, publish, then everything
/// else as it arose.
/// </summary>
internal sealed class Outbox
{
    private readonly List<NodeEffect> _effects = [];

    // Asked only whether it holds a peer, never enumerated.
    private readonly HashSet<PeerId> _credited = [];

    /// <summary>The writes of this step so far.</summary>
    public StoreBatch Batch { get; private set; } = new();

    /// <summary>What happened in the pool in this step.</summary>
    public PoolChanges Pool { get; } = new();

    public void Send(PeerId peer, WireMessage message) => _effects.Add(new NodeEffect.Send(peer, message));

    public void Disconnect(PeerId peer, DisconnectReason reason, string why) =>
        _effects.Add(new NodeEffect.Disconnect(peer, reason, why));

    /// <summary>Credits a peer, once in a step.</summary>
    public void Credit(PeerId peer)
    {
        if (_credited.Add(peer)) _effects.Add(new NodeEffect.Credit(peer));
    }

    public void Reply(RequestId request, NodeReply reply) => _effects.Add(new NodeEffect.Reply(request, reply));

    public void Sign(IReadOnlyList<Chain.Consensus.SigningRequest> requests) => _effects.Add(new NodeEffect.Sign(requests));

    public void Halt(string why) => _effects.Add(new NodeEffect.Halt(why));

    public void Tell(NodeEvent happened) => _effects.Add(new NodeEffect.Tell(happened));

    public void DrainTo(EffectList effects, ChainView? view)
    {
        foreach (var (hash, step) in Pool.Steps)
        {
            Batch.TransactionSteps.Add((hash, step));
            _effects.Add(new NodeEffect.Tell(new NodeEvent.TransactionChanged(hash, step)));
        }

        Pool.Clear();
        if (!Batch.IsEmpty)
        {
            effects.Add(new NodeEffect.Persist(Batch));
            Batch = new StoreBatch();
        }

        if (view is not null) effects.Add(new NodeEffect.Publish(view));
        foreach (var effect in _effects) effects.Add(effect);
        _effects.Clear();
        _credited.Clear();
    }
}
