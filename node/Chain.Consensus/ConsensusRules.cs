using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>
/// One consensus rule, taken apart by role (docs/adding.md). Built once from the chain spec; nobody asks which rule it is, only
/// what it says of itself here.
/// </summary>
public sealed record ConsensusRules
{
    /// <summary>The rule's name for people: "proof-of-work".</summary>
    public required string Name { get; init; }

    public required IBlockLifecycle Lifecycle { get; init; }

    /// <summary>What the rule keeps and does in one node; made once for each core.</summary>
    public required Func<IConsensusHost, ConsensusEngine> NewEngine { get; init; }

    /// <summary>Native contracts that exist under this rule.</summary>
    public required NativeContracts NativeContracts { get; init; }

    /// <summary>Whether blocks travel with a sidecar, so that gossip and sync must carry it.</summary>
    public required bool HasSidecar { get; init; }

    /// <summary>
    /// Whether headers show by themselves how much a branch weighs: each has a seal that cost what it says. Otherwise a header is
    /// only a claim until its block is executed.
    /// </summary>
    public required bool HeadersCarryWeight { get; init; }

    /// <summary>
    /// Whether a block enters the fork choice only after it was executed; otherwise a branch is executed when it can win.
    /// </summary>
    public required bool ExecutesOnArrival { get; init; }

    /// <summary>Whether what `finalized` names can never be reverted, so that no branch from below it is followed.</summary>
    public required bool FinalityHolds { get; init; }

    /// <summary>Whether blocks are sealed by work, so that miners are given headers to search a nonce for.</summary>
    public required bool HasMiners { get; init; }

    /// <summary>The rule's own messages; null where it has none.</summary>
    public ConsensusCodec? Codec { get; init; }

    /// <summary>The next instant at which the rule wants to be told that time has passed.</summary>
    public required Func<At, At> NextTick { get; init; }
}

/// <summary>A rule at work in one node: it owns the fork choice and whatever states the rule has.</summary>
/// <param name="NewForkChoice">Begins the fork choice over a tree that so far holds its root only.</param>
/// <param name="Headers">What a header must satisfy.</param>
/// <param name="Blocks">What the rule asks of a block beside its header and its transactions.</param>
/// <param name="Agent">The rule's own messages and duties.</param>
public sealed record ConsensusEngine(
    Func<ForkChoiceBlock, IForkChoice> NewForkChoice, IHeaderRules Headers, IBlockJudge Blocks, IConsensusAgent Agent);

/// <summary>What a header must satisfy, cheap before dear.</summary>
public interface IHeaderRules
{
    /// <summary>
    /// The seal alone, without the parent; null when it is good. What fails here is not worth keeping as an orphan.
    /// </summary>
    HeaderError? CheckSeal(SealedHeader header);

    /// <summary>Everything that follows from the parent and the clock, the seal excepted; null when the header is good.</summary>
    HeaderError? CheckAgainstParent(SealedHeader header, SealedHeader parent, At now);
}

/// <summary>What a rule creates for accounts, and how it begins a block that miners seal.</summary>
public interface IBlockLifecycle
{
    /// <summary>
    /// Who made a block whose seal is good: the COINBASE of its transactions, who gets their priority fees.
    /// </summary>
    Address AuthorOf(BlockHeader header);

    /// <summary>Ether created for accounts after the transactions of this block.</summary>
    IReadOnlyList<BalanceCredit> Rewards(BlockHeader header);

    /// <summary>
    /// The header of a block to be made on this parent, roots and gas used still those of an empty block on the parent's
    /// state; null when the rule does not let one be made now, or has no use for miners.
    /// </summary>
    BlockHeader? Prepare(SealedHeader parent, Address beneficiary, ReadOnlyMemory<byte> extraData, At now);
}

/// <summary>
/// What a rule asks of a block beside its header and its transactions: the envelope it travels in (its sidecar, who sent it off,
/// when) and what follows for the rule's own state.
/// </summary>
public interface IBlockJudge
{
    /// <summary>
    /// Everything that can be asked before the block is worth executing; null when it is good. The parent is executed.
    /// </summary>
    ConsensusError? CheckEnvelope(Block block, SealedHeader parent, At now);

    /// <summary>
    /// What is wrong with a block wherever it belongs, beyond its header's seal; null when nothing can be said without its
    /// parent.
    /// </summary>
    ConsensusError? CheckAlone(Block block);

    /// <summary>
    /// Whether a block that cannot be judged yet is backed by something hard to come by: enough work in its seal, or the
    /// signature of a validator. Its parent may be missing, its time in the future, or its branch losing; only a backed block is
    /// worth keeping. Decided without its body, and without asking whether it was its maker's turn.
    /// </summary>
    bool IsVouchedFor(Block block, SealedHeader head, At now);

    /// <summary>Begins a block whose envelope is good: what the rule asks before its transactions run.</summary>
    Verdict<OpenedBlock, ConsensusError> Open(Block block, SealedHeader parent);
}

/// <summary>A block between the rule's first and last word on it.</summary>
public abstract class OpenedBlock
{
    /// <summary>
    /// What follows from the receipts of its transactions; null when all is as the block says. From then on the rule knows it.
    /// </summary>
    public abstract ConsensusError? Close(IReadOnlyList<Receipt> receipts);
}

/// <summary>Why a rule does not take a block, beside its header and its transactions.</summary>
public abstract record ConsensusError
{
    /// <summary>For people: what was wrong, with the values.</summary>
    public abstract string Message { get; }

    /// <summary>Whether the block itself is bad, whoever sends it; otherwise only this message of it, or the moment.</summary>
    public virtual bool CondemnsBlock => true;

    /// <summary>Not a fault: the block waits until its time comes.</summary>
    public virtual bool IsOfTheFuture => false;

    /// <summary>Its branch lacks what is final here: nothing that stands on it can be taken any more.</summary>
    public virtual bool IsBelowFinality => false;

    /// <summary>What the sender pays, in points of <c>NodeLimits.MaxScore</c>.</summary>
    public virtual int Points => 100;
}

/// <summary>A block as the fork choice sees it.</summary>
/// <param name="Header">The verified header.</param>
/// <param name="TotalWeight">Of this block and all its ancestors; total difficulty under proof of work.</param>
/// <param name="ArrivalOrder">Counts the blocks of this node as they came; persisted, so that a restart does not flip a
/// tie.</param>
public sealed record ForkChoiceBlock(SealedHeader Header, UInt256 TotalWeight, ulong ArrivalOrder);

/// <summary>Which block is the head. A data structure: no I/O, no clock.</summary>
public interface IForkChoice
{
    /// <summary>Adds a block whose parent is known. Adding a known block again changes nothing.</summary>
    void OnBlock(ForkChoiceBlock block);

    /// <summary>A block that turned out invalid: it and its descendants can no longer win.</summary>
    void OnInvalidBlock(Hash256 hash);

    void OnTick(At now);

    /// <summary>The head among all valid blocks.</summary>
    Hash256 FindHead();

    /// <summary>The blocks that `safe` and `finalized` name when this block is the head, as numbers on its branch.</summary>
    ForkChoiceMarks Marks(SealedHeader head);

    /// <summary>
    /// Forgets what does not descend from this block. Where finality holds, the rule's agent decides when.
    /// </summary>
    void Prune(Hash256 newRoot);
}

/// <summary>
/// The heights of the safe and the finalized block on the head's branch; 0 where nothing is, since all have the genesis block.
/// </summary>
public sealed record ForkChoiceMarks(ulong SafeNumber, ulong FinalizedNumber);
