using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// LMD-GHOST with the FFG filter, unrealised justification and proposer boost: the Store and handlers of the consensus-specs'
/// phase-0 fork choice. It knows no state; what it needs of the registry at a checkpoint is asked of <c>balancesOf</c>.
/// A call that answers with an error has changed nothing.
/// </summary>
public sealed class StakeForkChoice
{
    private readonly ProofOfStakeSettings _settings;
    private readonly At _genesisTime;
    private readonly Func<Checkpoint, CheckpointBalances> _balancesOf;
    private readonly ProtoArray _tree = new();
    private readonly LatestMessages _messages = new();
    private At _time;
    private ulong[]? _scores;
    private int _head = -1;

    /// <summary>get_forkchoice_store.</summary>
    /// <param name="settings">The chain's.</param>
    /// <param name="genesisTime">When slot zero began.</param>
    /// <param name="anchor">A trusted block, with the checkpoints in its own state: genesis, or where a sync from a checkpoint
    /// begins.</param>
    /// <param name="balancesOf">The registry's weights in the state of a checkpoint's block, advanced to the checkpoint's
    /// epoch.</param>
    public StakeForkChoice(ProofOfStakeSettings settings, At genesisTime, StakeForkChoiceBlock anchor,
        Func<Checkpoint, CheckpointBalances> balancesOf)
    {
        _settings = settings;
        _genesisTime = genesisTime;
        _balancesOf = balancesOf;
        _time = genesisTime.Plus((long)(anchor.Slot.Number * settings.SlotDurationMs));

        // The specs' anchor state stands at an epoch's start. Where that slot was empty the block is older, and the checkpoint is
        // the first that it can be.
        var checkpoint = new Checkpoint((anchor.Slot + (settings.SlotsPerEpoch - 1)).ToEpoch(settings.SlotsPerEpoch),
            anchor.Root);
        Justified = Finalized = UnrealizedJustified = UnrealizedFinalized = checkpoint;
        _tree.Add(anchor with { UnrealizedJustified = checkpoint, UnrealizedFinalized = checkpoint }, -1, isTimely: false);
    }

    /// <summary>justified_checkpoint.</summary>
    public Checkpoint Justified { get; private set; }

    /// <summary>finalized_checkpoint.</summary>
    public Checkpoint Finalized { get; private set; }

    /// <summary>unrealized_justified_checkpoint.</summary>
    public Checkpoint UnrealizedJustified { get; private set; }

    /// <summary>unrealized_finalized_checkpoint.</summary>
    public Checkpoint UnrealizedFinalized { get; private set; }

    /// <summary>proposer_boost_root; zero for none.</summary>
    public Hash256 ProposerBoostRoot { get; private set; }

    /// <summary>get_current_slot.</summary>
    public Slot CurrentSlot => SlotAt(_time);

    /// <summary>get_current_store_epoch.</summary>
    public Epoch CurrentEpoch => CurrentSlot.ToEpoch(_settings.SlotsPerEpoch);

    public int BlockCount => _tree.Count;

    internal ProofOfStakeSettings Settings => _settings;

    internal ProtoArray Tree => _tree;

    internal LatestMessages Messages => _messages;

    internal ulong TimeIntoSlotMs => (ulong)_time.Since(_genesisTime) % _settings.SlotDurationMs;

    /// <summary>get_head: the weights' choice among the viable branches from the justified block on.</summary>
    public Hash256 FindHead() => _tree[HeadPosition()].Block.Root;

    public bool Contains(Hash256 root) => _tree.Find(root) >= 0;

    /// <summary>
    /// The effective balance that votes for a block or its descendants (get_attestation_score under the justified checkpoint), in
    /// Gwei.
    /// </summary>
    public Gwei WeightOf(Hash256 root) => _tree.Find(root) is >= 0 and var position ? new Gwei(Scores()[position]) : Gwei.Zero;

    /// <summary>on_tick: passes through every slot start on the way. A clock that went back is waited for.</summary>
    public void OnTick(At now)
    {
        if (now < _time) return;
        var slot = SlotAt(now);
        while (CurrentSlot < slot) OnTickPerSlot(StartOf(CurrentSlot + 1));
        OnTickPerSlot(now);
    }

    /// <summary>on_block, for a block whose state transition is valid. A block known already changes nothing.</summary>
    public ForkChoiceError? OnBlock(StakeForkChoiceBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (Contains(block.Root)) return null;
        var parent = _tree.Find(block.ParentRoot);
        if (CheckBlock(block, parent) is { } error) return error;

        // Compute head before applying the block
        var headBefore = HeadPosition();
        var isTimely = CurrentSlot == block.Slot
            && TimeIntoSlotMs < _settings.AttestationDueBps * _settings.SlotDurationMs / 10_000;
        var position = _tree.Add(block, parent, isTimely);
        UpdateProposerBoostRoot(headBefore, position);
        UpdateCheckpoints(block.Justified, block.Finalized);

        // Eagerly compute unrealized justification and finality (compute_pulled_up_tip)
        UpdateUnrealizedCheckpoints(block.UnrealizedJustified, block.UnrealizedFinalized);
        if (block.Slot.ToEpoch(_settings.SlotsPerEpoch) < CurrentEpoch)
            UpdateCheckpoints(block.UnrealizedJustified, block.UnrealizedFinalized);
        Forget();
        return null;
    }

    /// <summary>on_attestation, for votes whose voters and signatures were checked against the target's state.</summary>
    /// <param name="validators">The attesting indices.</param>
    /// <param name="data">What they say.</param>
    /// <param name="isFromBlock">Whether they came in a block: such votes may be older.</param>
    public ForkChoiceError? OnAttestation(IReadOnlyList<int> validators, AttestationData data, bool isFromBlock)
    {
        ArgumentNullException.ThrowIfNull(validators);
        if (CheckAttestation(data, isFromBlock) is { } error) return error;
        _messages.Update(validators, data.Target.Epoch, _tree.Find(data.BeaconBlockRoot));
        Forget();
        return null;
    }

    /// <summary>validate_on_attestation: why a vote does not count, now or ever; null when it does.</summary>
    public ForkChoiceError? CheckAttestation(AttestationData data, bool isFromBlock)
    {
        ArgumentNullException.ThrowIfNull(data);
        var target = data.Target;
        var current = CurrentEpoch;
        if (!isFromBlock && target.Epoch != current && target.Epoch != current.Previous)
            return new ForkChoiceError.TargetEpochNotCurrentOrPrevious(target.Epoch, current);
        if (target.Epoch != data.Slot.ToEpoch(_settings.SlotsPerEpoch))
            return new ForkChoiceError.TargetEpochSlotMismatch(target.Epoch, data.Slot);
        if (_tree.Find(target.Root) < 0) return new ForkChoiceError.UnknownTarget(target.Root);
        var position = _tree.Find(data.BeaconBlockRoot);
        if (position < 0) return new ForkChoiceError.UnknownBlock(data.BeaconBlockRoot);
        var blockSlot = _tree[position].Block.Slot;
        if (blockSlot > data.Slot) return new ForkChoiceError.BlockAfterAttestationSlot(blockSlot, data.Slot);
        var expected = CheckpointBlock(position, target.Epoch);
        if (expected < 0 || _tree[expected].Block.Root != target.Root)
            return new ForkChoiceError.LmdFfgInconsistent(target.Root, expected < 0 ? null : _tree[expected].Block.Root);
        return CurrentSlot <= data.Slot ? new ForkChoiceError.AttestationSlotNotPast(data.Slot, CurrentSlot) : null;
    }

    /// <summary>on_attester_slashing, for evidence that was checked: these validators' votes never count again.</summary>
    public void OnEquivocation(IReadOnlyList<int> validators)
    {
        ArgumentNullException.ThrowIfNull(validators);
        foreach (var validator in validators) _messages.AddEquivocating(validator);
        Forget();
    }

    /// <summary>A block that turned out invalid after all: it and its descendants can no longer win.</summary>
    public void OnInvalidBlock(Hash256 root)
    {
        if (_tree.Find(root) is not (>= 0 and var position)) return;
        _tree.MarkInvalid(position);
        Forget();
    }

    /// <summary>Forgets what does not descend from this block: the finalized one.</summary>
    public void Prune(Hash256 newRoot)
    {
        var position = _tree.Find(newRoot);
        if (position < 0) throw new InvalidOperationException($"Block {newRoot} is not in the fork choice.");
        _messages.Move(_tree.Prune(position));
        Forget();
    }

    /// <summary>get_attestation_score of every block by position, under other weights than the justified checkpoint's.</summary>
    internal ulong[] ScoresUnder(CheckpointBalances balances)
    {
        var scores = new ulong[_tree.Count];
        for (var validator = 0; validator < _messages.Count; validator++)
        {
            var position = _messages.PositionOf(validator);
            if (position >= 0) scores[position] += balances.Voting(validator).Amount;
        }

        _tree.SumUpwards(scores);
        return scores;
    }

    internal ulong[] Scores() => _scores ??= ScoresUnder(JustifiedBalances());

    internal CheckpointBalances JustifiedBalances() => _balancesOf(Justified);

    internal int HeadPosition()
    {
        if (_head < 0) _head = FindHeadPosition();
        return _head;
    }

    /// <summary>get_checkpoint_block by position; -1 when it lies before the tree's root.</summary>
    internal int CheckpointBlock(int position, Epoch epoch) =>
        _tree.AncestorAt(position, epoch.StartSlot(_settings.SlotsPerEpoch));

    /// <summary>get_voting_source: pulled up for a block of an earlier epoch.</summary>
    internal Checkpoint VotingSource(int position)
    {
        var block = _tree[position].Block;
        return CurrentEpoch > block.Slot.ToEpoch(_settings.SlotsPerEpoch) ? block.UnrealizedJustified : block.Justified;
    }

    /// <summary>compute_proposer_score under a registry.</summary>
    internal Gwei ProposerScore(CheckpointBalances balances) => CommitteeFraction(balances, _settings.ProposerScoreBoost);

    /// <summary>calculate_committee_fraction.</summary>
    internal Gwei CommitteeFraction(CheckpointBalances balances, ulong percent) =>
        balances.TotalActive / _settings.SlotsPerEpoch * percent / 100;

    private Slot SlotAt(At time) => new((ulong)time.Since(_genesisTime) / _settings.SlotDurationMs);

    private At StartOf(Slot slot) => _genesisTime.Plus((long)(slot.Number * _settings.SlotDurationMs));

    /// <summary>on_tick_per_slot.</summary>
    private void OnTickPerSlot(At time)
    {
        var previousSlot = CurrentSlot;
        _time = time;
        if (CurrentSlot == previousSlot) return;
        ProposerBoostRoot = Hash256.Zero;
        if (CurrentSlot.SinceEpochStart(_settings.SlotsPerEpoch) == 0)
            UpdateCheckpoints(UnrealizedJustified, UnrealizedFinalized);
        Forget();
    }

    private ForkChoiceError? CheckBlock(StakeForkChoiceBlock block, int parent)
    {
        if (parent < 0) return new ForkChoiceError.UnknownParent(block.ParentRoot);
        if (block.Slot > CurrentSlot) return new ForkChoiceError.FutureSlot(block.Slot, CurrentSlot);
        var finalizedSlot = Finalized.Epoch.StartSlot(_settings.SlotsPerEpoch);
        if (block.Slot <= finalizedSlot) return new ForkChoiceError.NotLaterThanFinalizedSlot(block.Slot, finalizedSlot);
        var checkpointBlock = CheckpointBlock(parent, Finalized.Epoch);
        return checkpointBlock < 0 || _tree[checkpointBlock].Block.Root != Finalized.Root
            ? new ForkChoiceError.NotDescendantOfFinalized(block.Root, Finalized.Root)
            : null;
    }

    /// <summary>
    /// update_proposer_boost_root: a timely block, the first of its slot, with the proposer that the head's branch has.
    /// </summary>
    private void UpdateProposerBoostRoot(int head, int position)
    {
        if (!_tree[position].IsTimely || !ProposerBoostRoot.IsZero) return;
        if (DependentRoot(head) == DependentRoot(position)) ProposerBoostRoot = _tree[position].Block.Root;
    }

    /// <summary>get_shuffling_dependent_root by position; before the tree's root all branches are one.</summary>
    private int DependentRoot(int position)
    {
        var epoch = CurrentEpoch.Number;
        var slot = epoch <= _settings.MinSeedLookahead
            ? new Slot(0)
            : new Epoch(epoch - _settings.MinSeedLookahead).StartSlot(_settings.SlotsPerEpoch) - 1;
        return _tree.AncestorAt(position, slot);
    }

    /// <summary>
    /// update_checkpoints. After a long partition, or with a third of the stake against the rules, what is final now may exclude
    /// what another branch had justified. The specs keep that then, and have no branch to choose from; here it gives way, as in
    /// their first versions of on_block.
    /// </summary>
    private void UpdateCheckpoints(Checkpoint justified, Checkpoint finalized)
    {
        if (justified.Epoch > Justified.Epoch) Justified = justified;
        if (finalized.Epoch <= Finalized.Epoch) return;
        Finalized = finalized;
        if (!DescendsFromFinalized(Justified)) Justified = DescendsFromFinalized(justified) ? justified : finalized;
        if (!DescendsFromFinalized(UnrealizedJustified)) UnrealizedJustified = Justified;
        if (!DescendsFromFinalized(UnrealizedFinalized)) UnrealizedFinalized = Finalized;
    }

    private bool DescendsFromFinalized(Checkpoint checkpoint) =>
        _tree.Find(checkpoint.Root) is >= 0 and var position
        && CheckpointBlock(position, Finalized.Epoch) is >= 0 and var ancestor && _tree[ancestor].Block.Root == Finalized.Root;

    /// <summary>update_unrealized_checkpoints.</summary>
    private void UpdateUnrealizedCheckpoints(Checkpoint justified, Checkpoint finalized)
    {
        if (justified.Epoch > UnrealizedJustified.Epoch) UnrealizedJustified = justified;
        if (finalized.Epoch > UnrealizedFinalized.Epoch) UnrealizedFinalized = finalized;
    }

    private void Forget() => (_scores, _head) = (null, -1);

    /// <summary>
    /// get_head: from the justified block, the child of greatest weight until there is none; ties go to the higher hash. Where
    /// the filter leaves nothing of the justified block's descendants they are taken as they are. The specs stay on the justified
    /// block then, and for good: a slashing can take away again what made it justified, so that no branch has that checkpoint in
    /// its state; whatever is built on the block itself has an older one, on which those who voted since cannot vote without
    /// surrounding their votes.
    /// </summary>
    private int FindHeadPosition()
    {
        var justified = _tree.Find(Justified.Root);
        if (justified < 0)
            throw new InvalidOperationException($"The justified block {Justified.Root} is not in the fork choice.");
        var scores = Scores();
        var isViable = ViableBranches(IsViableLeaf);
        if (!isViable[justified]) isViable = ViableBranches(HasFinalized);
        var boost = ProposerBoosts();
        var bestChild = new int[_tree.Count];
        Array.Fill(bestChild, -1);
        for (var i = 0; i < _tree.Count; i++)
        {
            var parent = _tree[i].Parent;
            if (parent < 0 || !isViable[i]) continue;
            var best = bestChild[parent];
            if (best < 0 || Rank(i).CompareTo(Rank(best)) > 0) bestChild[parent] = i;
        }

        // The heavier child; of equally heavy ones that with the greater root.
        (ulong, Hash256) Rank(int i) => (scores[i] + boost[i], _tree[i].Block.Root);

        var head = justified;
        while (bestChild[head] >= 0) head = bestChild[head];
        return head;
    }

    /// <summary>get_proposer_score for the boosted block and its ancestors.</summary>
    private ulong[] ProposerBoosts()
    {
        var boosts = new ulong[_tree.Count];
        if (ProposerBoostRoot.IsZero) return boosts;
        var score = ProposerScore(JustifiedBalances()).Amount;
        for (var i = _tree.Find(ProposerBoostRoot); i >= 0; i = _tree[i].Parent) boosts[i] = score;
        return boosts;
    }

    /// <summary>filter_block_tree: branches with a leaf whose checkpoints agree with the store's.</summary>
    private bool[] ViableBranches(Func<int, bool> isViableLeaf)
    {
        var isViable = new bool[_tree.Count];
        var hasChild = new bool[_tree.Count];
        for (var i = _tree.Count - 1; i >= 0; i--)
        {
            if (_tree[i].IsInvalid) continue;
            if (!hasChild[i]) isViable[i] = isViableLeaf(i);
            if (_tree[i].Parent is not (>= 0 and var parent)) continue;
            hasChild[parent] = true;
            isViable[parent] |= isViable[i];
        }

        return isViable;
    }

    private bool IsViableLeaf(int position)
    {
        // The voting source is at the height of the store's justified checkpoint, or not more than two epochs old.
        var source = VotingSource(position).Epoch;
        var isJustifiedRight = Justified.Epoch == Epoch.Genesis || source == Justified.Epoch || source + 2 >= CurrentEpoch;
        return isJustifiedRight && HasFinalized(position);
    }

    private bool HasFinalized(int position)
    {
        var checkpointBlock = CheckpointBlock(position, Finalized.Epoch);
        return Finalized.Epoch == Epoch.Genesis || (checkpointBlock >= 0 && _tree[checkpointBlock].Block.Root == Finalized.Root);
    }
}
