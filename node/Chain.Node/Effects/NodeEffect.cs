namespace Chain.Node;

/// <summary>What the host has to do after a step, in this order: persist, publish, send, answer, tell.</summary>
public abstract record NodeEffect
{
    private NodeEffect()
    {
    }

    /// <summary>Commit this batch durably, before anything else of this step leaves the node.</summary>
    public sealed record Persist(StoreBatch Batch) : NodeEffect;

    /// <summary>The new picture that readers answer from.</summary>
    public sealed record Publish(ChainView View) : NodeEffect;

    public sealed record Send(PeerId Peer, WireMessage Message) : NodeEffect;

    /// <summary>
    /// The consensus rule wants these signatures: all of a moment at once, answered by <see cref="NodeInput.Signed"/>.
    /// </summary>
    public sealed record Sign(IReadOnlyList<Chain.Consensus.SigningRequest> Requests) : NodeEffect;

    /// <summary>The node must not go on without somebody's decision: from now on it serves reads only, and says why.</summary>
    public sealed record Halt(string Why) : NodeEffect;

    public sealed record Disconnect(PeerId Peer, DisconnectReason Reason, string Why) : NodeEffect;

    /// <summary>The peer has brought something new and sound: a block, a transaction that can be mined, a vote.</summary>
    public sealed record Credit(PeerId Peer) : NodeEffect;

    public sealed record Reply(RequestId Request, NodeReply Answer) : NodeEffect;

    /// <summary>Something that logs, subscriptions and screens want to know.</summary>
    public sealed record Tell(NodeEvent Event) : NodeEffect;
}

/// <summary>The effects of one step, in the order in which they arose.</summary>
public sealed class EffectList
{
    private readonly List<NodeEffect> _items = [];

    public IReadOnlyList<NodeEffect> Items => _items;

    public void Add(NodeEffect effect) => _items.Add(effect);

    public void Clear() => _items.Clear();
}

/// <summary>RLPx disconnect reasons (devp2p, "Disconnect").</summary>
public enum DisconnectReason : byte
{
    Requested = 0x00,
    NetworkError = 0x01,
    BreachOfProtocol = 0x02,
    UselessPeer = 0x03,
    TooManyPeers = 0x04,
    AlreadyConnected = 0x05,
    IncompatibleVersion = 0x06,
    NullIdentity = 0x07,
    ClientQuitting = 0x08,
    UnexpectedIdentity = 0x09,
    ConnectedToSelf = 0x0a,
    PingTimeout = 0x0b,

    /// <summary>A reason specific to a subprotocol: another genesis, another network id, an incompatible fork id.</summary>
    SubprotocolReason = 0x10,
}
