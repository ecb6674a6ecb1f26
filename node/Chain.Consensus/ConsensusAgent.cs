using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>A connection over which the rule's own messages travel.</summary>
public readonly record struct ConsensusPeer(long Number)
{
    public override string ToString() => $"peer {Number}";
}

/// <summary>A message of the rule itself, beside blocks and transactions.</summary>
public abstract record ConsensusMessage
{
    /// <summary>Whether it belongs to the greeting of two nodes: a connection on which it is lost is none.</summary>
    public virtual bool IsGreeting => false;
}

/// <summary>What a rule tells of itself, for logs, subscriptions and screens.</summary>
public abstract record ConsensusEvent
{
    /// <summary>In plain words.</summary>
    public abstract string Message { get; }

    /// <summary>Whether a person should look at it.</summary>
    public virtual bool IsWarning => false;

    /// <summary>What must outlive the process, so that anybody can check it later; null for most events.</summary>
    public virtual ConsensusEvidence? Evidence => null;
}

/// <summary>A proof that a rule wants kept beside the chain.</summary>
/// <param name="Name">The file's name without extension.</param>
/// <param name="Bytes">What it holds.</param>
public sealed record ConsensusEvidence(string Name, ReadOnlyMemory<byte> Bytes);

/// <summary>An immutable picture of the rule's own state, for those who show it.</summary>
public abstract record ConsensusView;

/// <summary>
/// The rule's own messages and duties in one node. It acts through <see cref="IConsensusHost"/>; not safe for concurrent use.
/// </summary>
public interface IConsensusAgent
{
    /// <summary>
    /// Time has passed, and the fork choice knows it; <paramref name="isCatchingUp"/> says that the node does not know the
    /// chain's end yet.
    /// </summary>
    void OnTick(At now, bool isCatchingUp);

    /// <summary>
    /// A block's envelope was found good: whoever made it has signed it, whatever becomes of the block.
    /// </summary>
    void OnEnvelope(Block block);

    /// <summary>
    /// The fork choice was told of a block; also of each block of a tree that is loaded from the store, parents first.
    /// </summary>
    void OnBlock(SealedHeader block);

    /// <summary>A block became the head.</summary>
    void OnHead(SealedHeader head, At now);

    /// <summary>A peer's greeting was accepted.</summary>
    void OnPeerReady(ConsensusPeer peer);

    void OnMessage(ConsensusPeer peer, ConsensusMessage message, At now);

    /// <summary>Messages of this node's own keys or users, to be treated as if a peer had sent them; why not, or null.</summary>
    string? OnSubmitted(ConsensusMessage message, At now);

    /// <summary>What became of signatures asked for.</summary>
    void OnSigned(IReadOnlyList<SigningAnswer> answers, At now);

    /// <summary>
    /// What came of <see cref="IConsensusHost.AskHeaders"/>: headers downwards from this block, each the parent of the one
    /// before; none when no peer has the block.
    /// </summary>
    void OnHeaders(Hash256 from, IReadOnlyList<SealedHeader> headers, At now);

    /// <summary>
    /// The node stopped before it was started again: from now on the rule does nothing but show peers this
    /// <see cref="ConsensusEvidence"/>.
    /// </summary>
    void Stop(ReadOnlyMemory<byte> evidence);

    /// <summary>From now on the node acts for these.</summary>
    void SetDuties(IReadOnlyList<DutyHolder> holders, Address beneficiary);

    /// <summary>Transactions that a block could take in came into the pool.</summary>
    void OnTransactions(At now);

    /// <summary>Whether this block should be passed on to peers.</summary>
    bool IsWorthRelaying(Block block);

    /// <summary>
    /// The rule's state as of now; null where there is nothing beside the blocks. The same object while nothing changed.
    /// </summary>
    ConsensusView? View { get; }
}

/// <summary>A signature that was asked for, or why there is none.</summary>
public sealed record SigningAnswer(SigningRequest Request, Signature? Signature, string? Refusal);

/// <summary>What a rule may ask of the node it works in.</summary>
public interface IConsensusHost
{
    /// <summary>A block on any branch with its sidecar; null when it is not known.</summary>
    Block? GetBlock(Hash256 hash);

    SealedHeader? GetHeader(Hash256 hash);

    /// <summary>The receipts of an executed block.</summary>
    IReadOnlyList<Receipt>? GetReceipts(Hash256 hash);

    /// <summary>Whether a block made now could take in a transaction.</summary>
    bool HasTransactions { get; }

    /// <summary>The state that <see cref="Keep"/> was last given for this block; null for any other.</summary>
    byte[]? GetConsensusState(Hash256 block);

    /// <summary>Keeps the rule's state after this block in place of the one kept before.</summary>
    void Keep(Hash256 block, byte[] state);

    /// <summary>Fills a block with what the pool has.</summary>
    AssembledBlock Assemble(BlockPlan plan);

    /// <summary>Hands in a block made here.</summary>
    void Submit(Block block, At now);

    /// <summary>Sends a block made here to one peer only: how a misbehaving proposer shows different faces.</summary>
    void SendBlock(ConsensusPeer peer, Block block);

    /// <summary>Asks for signatures; they come back by <see cref="IConsensusAgent.OnSigned"/>.</summary>
    void Sign(IReadOnlyList<SigningRequest> requests);

    /// <summary>The peers that speak the rule's language, where it has one, in the order in which they came.</summary>
    IReadOnlyList<ConsensusPeer> Peers { get; }

    void Send(ConsensusPeer peer, ConsensusMessage message);

    void Broadcast(ConsensusMessage message, ConsensusPeer? except);

    /// <summary>
    /// Asks one peer after the other for headers downwards from a block that is not here, for its own sake and not to follow its
    /// branch; they come back by <see cref="IConsensusAgent.OnHeaders"/>. Once more for a block under way changes nothing.
    /// </summary>
    void AskHeaders(Hash256 from, At now);

    void Punish(ConsensusPeer peer, int points, string why);

    void Tell(ConsensusEvent happened);

    /// <summary>The node must not go on: somebody has to decide. It keeps serving reads and peers, and says why.</summary>
    void Halt(string why);
}

/// <summary>A block to be made: its place and everything that does not follow from its transactions.</summary>
/// <param name="Header">Roots, bloom and gas used are filled in.</param>
/// <param name="Withdrawals">Null before Shanghai.</param>
public sealed record BlockPlan(SealedHeader Parent, BlockHeader Header, IReadOnlyList<Withdrawal>? Withdrawals)
{
    /// <summary>Who gets the priority fees; not the header's beneficiary where that has another meaning.</summary>
    public Address Author { get; init; } = Header.Beneficiary;
}

/// <summary>A block with its transactions executed, not sealed yet.</summary>
public sealed record AssembledBlock(BlockHeader Header, BlockBody Body, IReadOnlyList<Receipt> Receipts);
