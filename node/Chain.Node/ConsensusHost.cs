using Chain.Consensus;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// What a core lets its consensus rule do: read blocks, also those of the step under way, and act through the outbox.
/// </summary>
internal sealed class ConsensusHost(ConsensusRules rules, StepReader reader, Outbox outbox) : IConsensusHost
{
    private Parts? _core;

    /// <summary>The parts of the core that are made after the rule.</summary>
    internal sealed record Parts(BlockTree Tree, TransactionPool Pool, PeerSet Peers, AncestryFetcher Ancestry, BlockDesk Blocks,
        BlockAssembler Assembler);

    /// <summary>Whether the rule has stopped the node.</summary>
    public bool IsHalted { get; private set; }

    public IReadOnlyList<ConsensusPeer> Peers =>
        [.. Core.Peers.Ready.Where(Hears).Select(peer => new ConsensusPeer(peer.Id.Number))];

    public bool HasTransactions => Core.Pool.Best(NextBaseFee(Core.Tree.Head.Header.Header)).Any();

    private Parts Core => _core ?? throw new InvalidOperationException("The rule acts while the core is being made.");

    /// <summary>From now on the rule can act: before the first step.</summary>
    public void Join(Parts core) => _core = core;

    /// <summary>Whether a peer speaks the rule's language, where it has one.</summary>
    public bool Hears(Peer peer) => rules.Codec is null || peer.Link.SpeaksRule;

    public Block? GetBlock(Hash256 hash) => reader.GetBlock(hash);

    public SealedHeader? GetHeader(Hash256 hash) => reader.GetHeader(hash);

    public IReadOnlyList<Receipt>? GetReceipts(Hash256 hash) => reader.GetReceipts(hash);

    public byte[]? GetConsensusState(Hash256 block) => reader.GetConsensusState(block);

    public void Keep(Hash256 block, byte[] state)
    {
        reader.Keep(block, state);
        outbox.Batch.ConsensusState = (block, state);
    }

    public AssembledBlock Assemble(BlockPlan plan) => Core.Assembler.Assemble(plan);

    public void Submit(Block block, At now) => Core.Blocks.TakeOwn(block, now);

    public void SendBlock(ConsensusPeer peer, Block block) =>
        outbox.Send(new PeerId(peer.Number), rules.HasSidecar
            ? new WireMessage.NewBlockWithSidecar(block, UInt256.Zero)
            : new WireMessage.NewBlock(block, UInt256.Zero));

    public void Sign(IReadOnlyList<SigningRequest> requests) => outbox.Sign(requests);

    public void Send(ConsensusPeer peer, ConsensusMessage message) =>
        outbox.Send(new PeerId(peer.Number), new WireMessage.OfConsensus(message));

    public void Broadcast(ConsensusMessage message, ConsensusPeer? except)
    {
        // The rule passes on what is new and sound.
        if (except is { } source) outbox.Credit(new PeerId(source.Number));

        // One message object for all, so that it is encoded once.
        var wire = new WireMessage.OfConsensus(message);
        foreach (var peer in Peers)
        {
            if (peer != except) outbox.Send(new PeerId(peer.Number), wire);
        }
    }

    public void AskHeaders(Hash256 from, At now) => Core.Ancestry.Ask(from, now);

    public void Punish(ConsensusPeer peer, int points, string why) =>
        Core.Peers.Punish(new PeerId(peer.Number), new PeerOffence.ConsensusRule(points, why));

    public void Tell(ConsensusEvent happened) => outbox.Tell(new NodeEvent.OfConsensus(happened));

    public void Halt(string why)
    {
        IsHalted = true;
        outbox.Halt(why);
    }

    /// <summary>The rule has stopped the node before it was started again.</summary>
    public void StayHalted() => IsHalted = true;

    private static UInt256 NextBaseFee(BlockHeader head) => BaseFee.Next(head.BaseFeePerGas, head.GasUsed, head.GasLimit);
}
