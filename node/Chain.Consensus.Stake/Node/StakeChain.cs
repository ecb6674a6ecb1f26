using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The fork choice at work in a node: the specs' Store with its states, votes that wait for their slot, and the fast confirmation
/// rule, run once at the start of each slot after the votes of earlier slots were counted.
/// </summary>
internal sealed class StakeChain : IForkChoice
{
    private readonly StakeGenesisState _genesis;
    private readonly WaitingVotes _waiting;
    private readonly Dictionary<Hash256, SealedHeader> _headers = [];
    private readonly SortedSet<int> _equivocating = [];
    private FastConfirmation _confirmation = null!;

    public StakeChain(StakeGenesisState genesis, StakeStates states, SlotClock clock, WaitingVotes waiting) =>
        (_genesis, States, Clock, _waiting) = (genesis, states, clock, waiting);

    public ProofOfStakeSettings Settings => _genesis.Settings;

    public StakeStates States { get; }

    public SlotClock Clock { get; }

    /// <summary>The specs' Store. Begun anew by <see cref="Begin"/>.</summary>
    public StakeForkChoice Store { get; private set; } = null!;

    /// <summary>What `safe` names: the fast confirmation rule's block.</summary>
    public Hash256 ConfirmedRoot => _confirmation.ConfirmedRoot;

    /// <summary>Begins over a tree that so far holds its root only: the finalized block, or genesis.</summary>
    public StakeChain Begin(ForkChoiceBlock root)
    {
        var header = root.Header;
        var state = States.After(header.Hash);
        _headers.Clear();
        _headers.Add(header.Hash, header);
        Store = new StakeForkChoice(Settings, Clock.GenesisTime,
            StakeForkChoiceBlock.Of(header.Hash, header.ParentHash, ProposerOf(header.Hash, state), state), States.BalancesAt);
        foreach (var validator in _equivocating) Store.OnEquivocation([validator]);
        _confirmation = new FastConfirmation(Store, new FastConfirmationStates(States.BalancesAt, PulledUpHead, SlotCommittee));
        return this;
    }

    public Hash256 FindHead() => Store.FindHead();

    /// <summary>The header of a block of the tree.</summary>
    public SealedHeader HeaderOf(Hash256 hash) =>
        _headers.GetValueOrDefault(hash) ?? throw new InvalidOperationException($"Block {hash} is not in the fork choice.");

    public void OnTick(At now)
    {
        var before = Store.CurrentSlot;
        Store.OnTick(now);
        if (Store.CurrentSlot == before) return;
        CountDue();
        _confirmation.OnFastConfirmation();
    }

    /// <summary>A branch that finality has cut off while it was on its way stays out: it has no chance.</summary>
    public void OnBlock(ForkChoiceBlock block)
    {
        var header = block.Header;
        if (Store.Contains(header.Hash)) return;
        var state = States.After(header.Hash);

        // Only a tree that is loaded from the store is ahead of the clock: its blocks were in time once.
        if (state.Slot > Store.CurrentSlot) Store.OnTick(Clock.StartOf(state.Slot));
        switch (Store.OnBlock(
            StakeForkChoiceBlock.Of(header.Hash, header.ParentHash, ProposerOf(header.Hash, state), state)))
        {
            case null:
                _headers.Add(header.Hash, header);
                break;
            case ForkChoiceError.NotDescendantOfFinalized or ForkChoiceError.NotLaterThanFinalizedSlot
                or ForkChoiceError.UnknownParent:
                break;
            case var error:
                throw new InvalidOperationException($"{header} passed every check, but the fork choice refuses it: {error}");
        }
    }

    public void OnInvalidBlock(Hash256 hash) => Store.OnInvalidBlock(hash);

    public ForkChoiceMarks Marks(SealedHeader head)
    {
        var finalized = HeaderOf(Store.Finalized.Root).Number;
        return new ForkChoiceMarks(Math.Max(finalized, SafeNumber(head)), finalized);
    }

    /// <summary>Nothing but what finality has decided is forgotten: by <see cref="Forget"/>.</summary>
    public void Prune(Hash256 newRoot)
    {
    }

    /// <summary>Forgets what does not descend from a block that is final.</summary>
    public void Forget(Hash256 finalized)
    {
        Store.Prune(finalized);
        foreach (var hash in _headers.Keys.Where(hash => !Store.Contains(hash)).ToList()) _headers.Remove(hash);
    }

    /// <summary>
    /// A verified vote for a known block by members of its committee: counted now, or once its slot has passed.
    /// </summary>
    public void OnVotes(IndexedAttestation votes)
    {
        if (votes.Data.Slot < Store.CurrentSlot) Count(votes);
        else _waiting.Add(VoteWait.SlotPasses, from: null, votes);
    }

    /// <summary>Votes that a block of the tree has included: they may be older.</summary>
    public void OnVotes(Attestation votes, StakeState after)
    {
        var committee = after.GetBeaconCommittee(votes.Data.Slot, votes.Data.Index);
        Store.OnAttestation(AttestationProcessing.GetAttestingIndices(committee, votes.AggregationBits), votes.Data,
            isFromBlock: true);
    }

    /// <summary>on_attester_slashing: from now on these votes weigh nothing, whatever branch the evidence is on.</summary>
    public void OnOffence(IReadOnlyList<int> validators)
    {
        foreach (var validator in validators) _equivocating.Add(validator);
        Store.OnEquivocation(validators);
    }

    /// <summary>Whether another block by this proposer for this slot is in the tree.</summary>
    public bool HasOtherProposal(Slot slot, int proposer, Hash256 block)
    {
        var tree = Store.Tree;
        for (var i = tree.Count - 1; i >= 0; i--)
        {
            if (tree[i].Block.Slot == slot && tree[i].Block.ProposerIndex == proposer && tree[i].Block.Root != block) return true;
        }

        return false;
    }

    /// <summary>
    /// Whether a block or its ancestor at an epoch's start is this checkpoint; null for a block that is not in the tree, and for
    /// an epoch so far before the tree that the block's state does not remember it. The epoch must not lie in the future.
    /// </summary>
    public bool? Contains(Hash256 block, Checkpoint checkpoint)
    {
        var position = Store.Tree.Find(block);
        if (position < 0) return null;
        if (Store.CheckpointBlock(position, checkpoint.Epoch) is >= 0 and var ancestor)
            return Store.Tree[ancestor].Block.Root == checkpoint.Root;
        var (state, start) = (States.After(block), checkpoint.Epoch.StartSlot(Settings.SlotsPerEpoch));
        return state.Slot - start <= Settings.SlotsPerHistoricalRoot ? state.GetBlockRootAtSlot(start) == checkpoint.Root : null;
    }

    /// <summary>Whether the head's branch has come to an epoch's start, so that it has a checkpoint there.</summary>
    public bool Reaches(Epoch epoch) => States.After(FindHead()).Slot >= epoch.StartSlot(Settings.SlotsPerEpoch);

    /// <summary>
    /// The blocks of the tree that a finalized checkpoint excludes, parents first. Some may descend from its block: a branch that
    /// has a later block at the epoch's start has another checkpoint there. Such blocks stay in the tree, and cannot win.
    /// </summary>
    public IReadOnlyList<Hash256> CutOffBy(Checkpoint finalized)
    {
        var (tree, root) = (Store.Tree, Store.Tree.Find(finalized.Root));
        return
        [
            .. Enumerable.Range(0, tree.Count)
                .Where(position =>
                    !tree.IsAncestor(root, position) && Store.CheckpointBlock(position, finalized.Epoch) != root)
                .Select(position => tree[position].Block.Root),
        ];
    }

    private void CountDue()
    {
        foreach (var (_, votes) in _waiting.Take(VoteWait.SlotPasses, data => data.Slot < Store.CurrentSlot)) Count(votes);
    }

    private void Count(IndexedAttestation votes) => Store.OnAttestation(votes.AttestingIndices, votes.Data, isFromBlock: false);

    private ulong SafeNumber(SealedHeader head)
    {
        var (tree, confirmed) = (Store.Tree, Store.Tree.Find(_confirmation.ConfirmedRoot));
        var position = tree.Find(head.Hash);
        return confirmed >= 0 && position >= 0 && tree.IsAncestor(position, confirmed)
            ? HeaderOf(_confirmation.ConfirmedRoot).Number
            : 0;
    }

    private CheckpointBalances PulledUpHead(Hash256 head)
    {
        var start = Store.CurrentEpoch.StartSlot(Settings.SlotsPerEpoch);
        return CheckpointBalances.Of(States.AtSlot(head, start));
    }

    private int[] SlotCommittee(Hash256 head, Slot slot)
    {
        var state = States.AtSlot(head, slot.ToEpoch(Settings.SlotsPerEpoch).StartSlot(Settings.SlotsPerEpoch));
        return state.GetShuffling(slot.ToEpoch(Settings.SlotsPerEpoch)).SlotCommittee(slot).ToArray();
    }

    // Genesis has none.
    private int ProposerOf(Hash256 hash, StakeState after) => hash == _genesis.BlockHash ? 0 : after.GetBeaconProposerIndex();
}
