using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The fork choice at work in a node: the specs' Store with its states, votes that wait for their slot or their block, and the
/// fast confirmation rule, run once at the start of each slot after the votes of earlier slots were counted.
/// </summary>
internal sealed class StakeChain : IForkChoice
{
    private const int MaxWaiting = 8192;

    private readonly IConsensusHost _host;
    private readonly StakeGenesisState _genesis;
    private readonly Queue<IndexedAttestation> _waiting = new();
    private readonly Dictionary<Hash256, SealedHeader> _headers = [];
    private readonly SortedSet<int> _equivocating = [];
    private FastConfirmation _confirmation = null!;
    private Checkpoint _kept;

    public StakeChain(IConsensusHost host, StakeGenesisState genesis, StakeStates states, SlotClock clock)
    {
        (_host, _genesis, States, Clock) = (host, genesis, states, clock);
        _kept = new Checkpoint(Epoch.Genesis, genesis.BlockHash);
    }

    public ProofOfStakeSettings Settings => _genesis.Settings;

    public StakeStates States { get; }

    public SlotClock Clock { get; }

    /// <summary>The specs' Store. Begun anew by <see cref="Begin"/>.</summary>
    public StakeForkChoice Store { get; private set; } = null!;

    /// <summary>Told of each block that the fork choice took.</summary>
    public Action<Hash256> BlockArrived { get; set; } = static _ => { };

    /// <summary>
    /// Told of each block that is here and that finality excludes, parents first: when finality cuts it off, while the states
    /// below it are still here, or when it comes after that.
    /// </summary>
    public Action<Hash256> BlockCutOff { get; set; } = static _ => { };

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
            StakeForkChoiceBlock.Of(header.Hash, header.ParentHash, ProposerOf(header.Hash), state), States.BalancesAt);
        foreach (var validator in _equivocating) Store.OnEquivocation([validator]);
        _confirmation = new FastConfirmation(Store, new FastConfirmationStates(States.BalancesAt, PulledUpHead, SlotCommittee));
        return this;
    }

    public Hash256 FindHead() => Store.FindHead();

    public SealedHeader HeaderOf(Hash256 hash) =>
        _headers.GetValueOrDefault(hash) ?? _host.GetHeader(hash)
        ?? throw new InvalidOperationException($"The header of block {hash} is not here.");

    public void OnTick(At now)
    {
        var before = Store.CurrentSlot;
        Store.OnTick(now);
        if (Store.CurrentSlot == before) return;
        CountDue();
        _confirmation.OnFastConfirmation();
        KeepFinalized();
    }

    public void OnBlock(ForkChoiceBlock block)
    {
        var (hash, header) = (block.Header.Hash, block.Header);
        if (Store.Contains(hash)) return;
        var body = BodyOf(hash);

        // Only a tree that is loaded from the store is ahead of the clock: its blocks were in time once.
        if (body.Slot > Store.CurrentSlot) Store.OnTick(Clock.StartOf(body.Slot));
        if (Store.OnBlock(StakeForkChoiceBlock.Of(hash, header.ParentHash, body.ProposerIndex, States.After(hash))) is { } error)
        {
            // A branch that finality has cut off while it was on its way stays in the tree without a chance.
            if (error is ForkChoiceError.NotDescendantOfFinalized or ForkChoiceError.NotLaterThanFinalizedSlot
                or ForkChoiceError.UnknownParent)
            {
                BlockCutOff(hash);
                return;
            }

            throw new InvalidOperationException($"{header} passed every check, but the fork choice refuses it: {error}");
        }

        _headers.Add(hash, header);
        foreach (var attestation in body.Attestations) CountFromBlock(attestation, hash);
        foreach (var slashing in body.AttesterSlashings) OnEquivocation(slashing.CommonIndices());
        BlockArrived(hash);
        KeepFinalized();
    }

    public void OnInvalidBlock(Hash256 hash) => Store.OnInvalidBlock(hash);

    public ForkChoiceMarks Marks(SealedHeader head)
    {
        var finalized = HeaderOf(Store.Finalized.Root).Number;
        return new ForkChoiceMarks(Math.Max(finalized, SafeNumber(head)), finalized);
    }

    /// <summary>The fork choice forgets by itself what finality has decided, and nothing else.</summary>
    public void Prune(Hash256 newRoot)
    {
    }

    /// <summary>
    /// A verified vote for a known block by members of its committee: counted now, or once its slot has passed.
    /// </summary>
    public void OnVotes(IndexedAttestation votes)
    {
        if (votes.Data.Slot < Store.CurrentSlot) Count(votes);
        else if (_waiting.Count < MaxWaiting) _waiting.Enqueue(votes);
    }

    /// <summary>on_attester_slashing: from now on these votes weigh nothing, whatever branch the evidence is on.</summary>
    public void OnEquivocation(IReadOnlyList<int> validators)
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

    private void CountDue()
    {
        for (var left = _waiting.Count; left > 0; left--)
        {
            var votes = _waiting.Dequeue();
            if (votes.Data.Slot < Store.CurrentSlot) Count(votes);
            else _waiting.Enqueue(votes);
        }
    }

    private void Count(IndexedAttestation votes) => Store.OnAttestation(votes.AttestingIndices, votes.Data, isFromBlock: false);

    private void CountFromBlock(Attestation attestation, Hash256 block)
    {
        var state = States.After(block);
        var committee = state.GetBeaconCommittee(attestation.Data.Slot, attestation.Data.Index);
        Store.OnAttestation(AttestationProcessing.GetAttestingIndices(committee, attestation.AggregationBits), attestation.Data,
            isFromBlock: true);
    }

    private ulong SafeNumber(SealedHeader head)
    {
        var (tree, confirmed) = (Store.Tree, Store.Tree.Find(_confirmation.ConfirmedRoot));
        var position = tree.Find(head.Hash);
        return confirmed >= 0 && position >= 0 && tree.IsAncestor(position, confirmed)
            ? HeaderOf(_confirmation.ConfirmedRoot).Number
            : 0;
    }

    /// <summary>
    /// Once finality moves on: the state to begin again from goes to the host, the rest of the tree is forgotten.
    /// </summary>
    private void KeepFinalized()
    {
        var (before, finalized, root) = (_kept, Store.Finalized, Store.Finalized.Root);
        if (finalized == before || !Store.Contains(root)) return;
        _kept = finalized;
        foreach (var block in CutOffBy(finalized)) BlockCutOff(block);
        if (root == before.Root) return;
        if (root != _genesis.BlockHash) _host.Keep(root, StakeStateCodec.Encode(States.After(root)));
        Store.Prune(root);
        foreach (var hash in _headers.Keys.Where(hash => !Store.Contains(hash)).ToList()) _headers.Remove(hash);
    }

    /// <summary>
    /// The blocks of the tree that a finalized checkpoint excludes, parents first. Some may descend from its block: a branch that
    /// has a later block at the epoch's start has another checkpoint there. Such blocks stay in the tree, and cannot win.
    /// </summary>
    private List<Hash256> CutOffBy(Checkpoint finalized)
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

    private int ProposerOf(Hash256 hash) => hash == _genesis.BlockHash ? 0 : BodyOf(hash).ProposerIndex;

    private ConsensusBody BodyOf(Hash256 hash) =>
        ConsensusSidecar.Decode((_host.GetBlock(hash)
            ?? throw new InvalidOperationException($"Block {hash} is not here.")).Sidecar.Span).Body;
}
