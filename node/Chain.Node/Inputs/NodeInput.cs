using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>Everything that can happen to a node. Each carries the time at which it happened.</summary>
public abstract record NodeInput(At At)
{
    /// <summary>Time has passed. The host sends one at least four times a second.</summary>
    public sealed record Tick(At At) : NodeInput(At);

    /// <summary>A connection with an agreed eth version is up; the core greets it with its status.</summary>
    public sealed record PeerConnected(At At, PeerId Peer, PeerLink Link) : NodeInput(At);

    public sealed record PeerDisconnected(At At, PeerId Peer) : NodeInput(At);

    /// <summary>
    /// A decoded message. Signatures of the transactions in it have been recovered on another core (Transaction remembers it).
    /// </summary>
    public sealed record MessageReceived(At At, PeerId Peer, WireMessage Message) : NodeInput(At);

    /// <summary>A peer sent bytes that are no message; it pays for that.</summary>
    public sealed record MalformedMessage(At At, PeerId Peer, string Why) : NodeInput(At);

    /// <summary>Transactions from RPC, batched; each gets its own reply (<see cref="NodeReply.Submitted"/>).</summary>
    public sealed record SubmitTransactions(At At,
        IReadOnlyList<(RequestId Request, RecoveredTransaction Transaction)> Items) : NodeInput(At);

    /// <summary>A miner asks for work; answered with <see cref="NodeReply.Work"/>.</summary>
    public sealed record GetWork(At At, RequestId Request) : NodeInput(At);

    /// <summary>A miner's solution; answered with <see cref="NodeReply.WorkSubmitted"/>.</summary>
    public sealed record SubmitWork(At At, RequestId Request, Hash256 SealHash, ulong Nonce) : NodeInput(At);

    /// <summary>Starts or stops making work: with a beneficiary the node keeps a fresh template at hand.</summary>
    public sealed record SetMining(At At, Address? Beneficiary) : NodeInput(At);

    /// <summary>From now on the node acts for these validators; the beneficiary gets the fees of their blocks.</summary>
    public sealed record SetDuties(At At, IReadOnlyList<DutyHolder> Holders, Address Beneficiary) : NodeInput(At);

    /// <summary>What became of signatures that were asked for by <see cref="NodeEffect.Sign"/>.</summary>
    public sealed record Signed(At At, IReadOnlyList<SigningAnswer> Answers) : NodeInput(At);

    /// <summary>
    /// A message of the consensus rule from a user, such as a validator's wish to leave; answered with
    /// <see cref="NodeReply.ConsensusSubmitted"/>.
    /// </summary>
    public sealed record SubmitConsensus(At At, RequestId Request, ConsensusMessage Message) : NodeInput(At);

    /// <summary>Blocks read from a file, oldest first; answered with <see cref="NodeReply.Imported"/>.</summary>
    public sealed record ImportBlocks(At At, RequestId Request, IReadOnlyList<Block> Blocks) : NodeInput(At);
}

/// <summary>What the host knows of a connection when it comes up.</summary>
/// <param name="EthVersion">68 or 69.</param>
/// <param name="Outbound">Whether this node dialled.</param>
/// <param name="SpeaksRule">Whether the consensus rule's own capability was agreed, so that sidecars can travel.</param>
/// <param name="Name">The peer's client name, for people.</param>
public sealed record PeerLink(int EthVersion, bool Outbound, bool SpeaksRule, string Name);
