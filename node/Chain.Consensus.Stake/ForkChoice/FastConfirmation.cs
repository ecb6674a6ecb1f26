using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>What the fast confirmation rule reads of states (the specs' "State helpers").</summary>
/// <param name="AtCheckpoint">The registry of checkpoint_states.</param>
/// <param name="PulledUpHead">get_pulled_up_head_state: the registry of a block's state, advanced to the current epoch if it is
/// older.</param>
/// <param name="SlotCommittee">get_slot_committee: all committees of a slot under a block's shuffling, from two epochs back
/// on.</param>
public sealed record FastConfirmationStates(
    Func<Checkpoint, CheckpointBalances> AtCheckpoint,
    Func<Hash256, CheckpointBalances> PulledUpHead,
    Func<Hash256, Slot, int[]> SlotCommittee);

/// <summary>
/// The fast confirmation rule of the consensus-specs: which block stays canonical for every honest node, provided that votes
/// arrive within their slot and that no more of the stake is hostile than the genesis file assumes. `safe` names its result.
/// </summary>
public sealed class FastConfirmation
{
    private readonly StakeForkChoice _store;
    private readonly FastConfirmationStates _states;
    private readonly ICommitteeSpanWeights _weights;
    private readonly ProofOfStakeSettings _settings;
    private readonly Dictionary<Checkpoint, ulong[]> _scores = [];

    /// <summary>
    /// get_fast_confirmation_store, with exact committee weights where committees may have fewer than 128 members.
    /// </summary>
    public FastConfirmation(StakeForkChoice store, FastConfirmationStates states)
        : this(store, states,
            store.Settings.TargetCommitteeSize >= 128
            && store.JustifiedBalances().ValidatorCount >= 128 * (int)store.Settings.SlotsPerEpoch
            ? new EstimatedSpanWeights(store.Settings)
            : new ExactSpanWeights(store.Settings, slot => states.SlotCommittee(store.FindHead(), slot)))
    {
    }

    internal FastConfirmation(StakeForkChoice store, FastConfirmationStates states, ICommitteeSpanWeights weights)
    {
        _store = store;
        _states = states;
        _weights = weights;
        _settings = store.Settings;
        ConfirmedRoot = PreviousSlotHead = CurrentSlotHead = store.Finalized.Root;
        PreviousEpochObservedJustified = CurrentEpochObservedJustified = PreviousEpochGreatestUnrealized = store.Finalized;
    }

    /// <summary>confirmed_root: what `safe` names.</summary>
    public Hash256 ConfirmedRoot { get; private set; }

    /// <summary>previous_epoch_observed_justified_checkpoint.</summary>
    public Checkpoint PreviousEpochObservedJustified { get; private set; }

    /// <summary>current_epoch_observed_justified_checkpoint.</summary>
    public Checkpoint CurrentEpochObservedJustified { get; private set; }

    /// <summary>previous_epoch_greatest_unrealized_checkpoint.</summary>
    public Checkpoint PreviousEpochGreatestUnrealized { get; private set; }

    /// <summary>previous_slot_head.</summary>
    public Hash256 PreviousSlotHead { get; private set; }

    /// <summary>current_slot_head.</summary>
    public Hash256 CurrentSlotHead { get; private set; }

    private ProtoArray Tree => _store.Tree;

    /// <summary>
    /// on_fast_confirmation: once in each slot, after the votes of earlier slots were applied and before those of this slot are
    /// due.
    /// </summary>
    public void OnFastConfirmation()
    {
        _scores.Clear();
        UpdateFastConfirmationVariables();
        ConfirmedRoot = RootOf(GetLatestConfirmed());
    }

    /// <summary>update_fast_confirmation_variables.</summary>
    private void UpdateFastConfirmationVariables()
    {
        PreviousSlotHead = CurrentSlotHead;
        CurrentSlotHead = _store.FindHead();
        if (IsStartSlotAtEpoch(_store.CurrentSlot + 1)) PreviousEpochGreatestUnrealized = _store.UnrealizedJustified;
        if (!IsStartSlotAtEpoch(_store.CurrentSlot)) return;
        PreviousEpochObservedJustified = CurrentEpochObservedJustified;
        CurrentEpochObservedJustified = PreviousEpochGreatestUnrealized;
    }

    /// <summary>get_latest_confirmed.</summary>
    private int GetLatestConfirmed()
    {
        var confirmed = Find(ConfirmedRoot);
        var head = _store.HeadPosition();
        var currentEpoch = _store.CurrentEpoch;
        var isEpochStart = IsStartSlotAtEpoch(_store.CurrentSlot);

        // Back to the finalized block if the confirmed one is too old, left the canonical chain or cannot be confirmed again
        if (EpochOf(confirmed) + 1 < currentEpoch
            || !Tree.IsAncestor(head, confirmed)
            || (isEpochStart && !IsConfirmedChainSafe(confirmed)))
        {
            confirmed = Find(_store.Finalized.Root);
        }

        // Restart from the observed justified checkpoint, where every honest node must have it as its greatest
        var observed = Find(CurrentEpochObservedJustified.Root);
        if (isEpochStart
            && EpochOf(observed) + 1 == currentEpoch
            && CurrentEpochObservedJustified == Tree[head].Block.UnrealizedJustified
            && SlotOf(confirmed) < SlotOf(observed))
        {
            confirmed = observed;
        }

        return EpochOf(confirmed) + 1 >= currentEpoch ? FindLatestConfirmedDescendant(confirmed) : confirmed;
    }

    /// <summary>find_latest_confirmed_descendant.</summary>
    private int FindLatestConfirmedDescendant(int latestConfirmed)
    {
        var head = _store.HeadPosition();
        var currentEpoch = _store.CurrentEpoch;
        var isEpochStart = IsStartSlotAtEpoch(_store.CurrentSlot);
        var confirmed = latestConfirmed;
        if (MayConfirmPreviousEpoch(confirmed, head)) confirmed = ConfirmBlocksOfPreviousEpoch(confirmed, head);
        if (!isEpochStart && Tree[head].Block.UnrealizedJustified.Epoch + 1 < currentEpoch) return confirmed;

        var tentative = confirmed;
        foreach (var block in AncestorsBetween(head, confirmed))
        {
            // Only when the walk first reaches the current epoch: its target must be on the way to justification
            if (EpochOf(block) > EpochOf(tentative) && !WillCurrentTargetBeJustified()) break;
            if (!IsOneConfirmed(CurrentEpochObservedJustified, block)) break;
            tentative = block;
        }

        // Confirmed only if it cannot be filtered out in this or the next epoch
        var isLasting = EpochOf(tentative) == currentEpoch
            || (_store.VotingSource(tentative).Epoch + 2 >= currentEpoch
                && (isEpochStart || WillNoConflictingCheckpointBeJustified()));
        return isLasting ? tentative : confirmed;
    }

    private bool MayConfirmPreviousEpoch(int confirmed, int head)
    {
        var currentEpoch = _store.CurrentEpoch;
        var previousSlotHead = Find(PreviousSlotHead);
        return EpochOf(confirmed) + 1 == currentEpoch
            && _store.VotingSource(previousSlotHead).Epoch + 2 >= currentEpoch
            && (IsStartSlotAtEpoch(_store.CurrentSlot)
                || (WillNoConflictingCheckpointBeJustified()
                    && (Tree[previousSlotHead].Block.UnrealizedJustified.Epoch + 1 >= currentEpoch
                        || Tree[head].Block.UnrealizedJustified.Epoch + 1 >= currentEpoch)));
    }

    private int ConfirmBlocksOfPreviousEpoch(int confirmed, int head)
    {
        var previousSlotHead = Find(PreviousSlotHead);
        foreach (var block in AncestorsBetween(head, confirmed))
        {
            if (EpochOf(block) == _store.CurrentEpoch) break;
            if (!Tree.IsAncestor(previousSlotHead, block)) break;
            if (!IsOneConfirmed(CurrentEpochObservedJustified, block)) break;
            confirmed = block;
        }

        return confirmed;
    }

    /// <summary>is_confirmed_chain_safe.</summary>
    private bool IsConfirmedChainSafe(int confirmed)
    {
        var observed = CurrentEpochObservedJustified;
        var checkpointBlock = _store.CheckpointBlock(confirmed, observed.Epoch);
        if (checkpointBlock < 0 || RootOf(checkpointBlock) != observed.Root) return false;
        var currentEpoch = _store.CurrentEpoch;
        int startExclusive;
        if (observed.Epoch + 1 >= currentEpoch)
        {
            startExclusive = Find(observed.Root);
        }
        else
        {
            // From the first block of the previous epoch on: if it is safe, so are its ancestors
            var ancestor = Tree.AncestorAt(confirmed, currentEpoch.Previous.StartSlot(_settings.SlotsPerEpoch));
            startExclusive = EpochOf(ancestor) + 1 == currentEpoch ? Tree[ancestor].Parent : ancestor;
        }

        foreach (var block in AncestorsBetween(confirmed, startExclusive))
        {
            if (!IsOneConfirmed(PreviousEpochObservedJustified, block)) return false;
        }

        return true;
    }

    /// <summary>is_one_confirmed: whether the block outweighs every possible rival, whatever the hostile share does.</summary>
    private bool IsOneConfirmed(Checkpoint balanceSource, int block)
    {
        if (Tree[block].IsInvalid) return false;
        if (!_scores.TryGetValue(balanceSource, out var scores))
            _scores[balanceSource] = scores = _store.ScoresUnder(_states.AtCheckpoint(balanceSource));
        return new Gwei(scores[block]) > ComputeSafetyThreshold(_states.AtCheckpoint(balanceSource), block);
    }

    /// <summary>compute_safety_threshold.</summary>
    private Gwei ComputeSafetyThreshold(CheckpointBalances balances, int block)
    {
        var until = _store.CurrentSlot - 1;
        var maximumSupport = _weights.Weight(balances, SlotOf(Tree[block].Parent) + 1, until);
        var sum = maximumSupport + _store.ProposerScore(balances) + (GetAdversarialWeight(balances, block) * 2);
        return sum.MinusAtMost(ComputeEmptySlotSupportDiscount(balances, block)) / 2;
    }

    /// <summary>get_adversarial_weight.</summary>
    private Gwei GetAdversarialWeight(CheckpointBalances balances, int block)
    {
        var epoch = EpochOf(block);
        var start = epoch > EpochOf(Tree[block].Parent) ? epoch.StartSlot(_settings.SlotsPerEpoch) : SlotOf(block);
        return ComputeAdversarialWeight(balances, start, _store.CurrentSlot - 1);
    }

    /// <summary>compute_adversarial_weight: less those who have equivocated already, whose votes do not count any more.</summary>
    private Gwei ComputeAdversarialWeight(CheckpointBalances balances, Slot start, Slot end) =>
        _weights.AdversarialWeight(balances, start, end).MinusAtMost(GetEquivocationScore(balances, start, end));

    /// <summary>get_equivocation_score.</summary>
    private Gwei GetEquivocationScore(CheckpointBalances balances, Slot start, Slot end) =>
        SumOverCommittees(start, end,
            validator => _store.Messages.IsEquivocating(validator) ? balances.Active(validator) : Gwei.Zero);

    /// <summary>compute_empty_slot_support_discount: votes for the parent by committees of empty slots between.</summary>
    private Gwei ComputeEmptySlotSupportDiscount(CheckpointBalances balances, int block)
    {
        var parent = Tree[block].Parent;
        var (first, last) = (SlotOf(parent) + 1, SlotOf(block) - 1);
        if (first > last) return Gwei.Zero;
        var support = SumOverCommittees(first, last,
            validator => _store.Messages.PositionOf(validator) == parent ? balances.Voting(validator) : Gwei.Zero);
        return support.MinusAtMost(ComputeAdversarialWeight(balances, first, last));
    }

    /// <summary>get_current_target_score: LMD votes as an estimate of the FFG votes for the current target.</summary>
    private Gwei GetCurrentTargetScore(CheckpointBalances balances)
    {
        var currentEpoch = _store.CurrentEpoch;
        var target = _store.CheckpointBlock(_store.HeadPosition(), currentEpoch);
        var score = Gwei.Zero;
        for (var validator = 0; validator < _store.Messages.Count; validator++)
        {
            var position = _store.Messages.PositionOf(validator);
            if (position < 0 || _store.Messages.EpochOf(validator) != currentEpoch) continue;
            if (_store.CheckpointBlock(position, currentEpoch) == target) score += balances.Voting(validator);
        }

        return score;
    }

    /// <summary>compute_honest_ffg_support_for_current_target.</summary>
    private Gwei ComputeHonestFfgSupportForCurrentTarget(CheckpointBalances balances)
    {
        var epochStart = _store.CurrentEpoch.StartSlot(_settings.SlotsPerEpoch);
        var support = GetCurrentTargetScore(balances);
        if (_store.CurrentSlot == epochStart) return support + HonestShare(balances.TotalActive);
        var until = _store.CurrentSlot - 1;
        var remaining = balances.TotalActive - _weights.Weight(balances, epochStart, until);
        return support.MinusAtMost(ComputeAdversarialWeight(balances, epochStart, until)) + HonestShare(remaining);
    }

    private Gwei HonestShare(Gwei weight) => weight / 100 * (100 - _settings.ConfirmationByzantineThreshold);

    /// <summary>will_no_conflicting_checkpoint_be_justified.</summary>
    private bool WillNoConflictingCheckpointBeJustified()
    {
        var target = new Checkpoint(_store.CurrentEpoch,
            RootOf(_store.CheckpointBlock(_store.HeadPosition(), _store.CurrentEpoch)));
        if (target == _store.UnrealizedJustified) return true;
        var balances = _states.PulledUpHead(_store.FindHead());
        return ComputeHonestFfgSupportForCurrentTarget(balances) * 3 > balances.TotalActive;
    }

    /// <summary>will_current_target_be_justified.</summary>
    private bool WillCurrentTargetBeJustified()
    {
        var balances = _states.PulledUpHead(_store.FindHead());
        return ComputeHonestFfgSupportForCurrentTarget(balances) * 3 >= balances.TotalActive * 2;
    }

    private Gwei SumOverCommittees(Slot start, Slot end, Func<int, Gwei> weight)
    {
        var head = _store.FindHead();
        var isCounted = new HashSet<int>();
        var sum = Gwei.Zero;
        for (var slot = start; slot <= end; slot += 1)
        {
            foreach (var validator in _states.SlotCommittee(head, slot))
            {
                if (isCounted.Add(validator)) sum += weight(validator);
            }
        }

        return sum;
    }

    /// <summary>
    /// get_ancestor_roots: from below the terminal block (exclusive) to the block (inclusive); empty when it is no ancestor.
    /// </summary>
    private List<int> AncestorsBetween(int block, int terminal)
    {
        var positions = new List<int>();
        var position = block;
        while (position >= 0 && SlotOf(position) > SlotOf(terminal))
        {
            positions.Add(position);
            position = Tree[position].Parent;
        }

        if (position != terminal) return [];
        positions.Reverse();
        return positions;
    }

    private bool IsStartSlotAtEpoch(Slot slot) => slot.SinceEpochStart(_settings.SlotsPerEpoch) == 0;

    private Slot SlotOf(int position) => Tree[position].Block.Slot;

    private Epoch EpochOf(int position) => SlotOf(position).ToEpoch(_settings.SlotsPerEpoch);

    private Hash256 RootOf(int position) => Tree[position].Block.Root;

    /// <summary>A block that the rule remembers; one that was pruned counts as the tree's root, which is final.</summary>
    private int Find(Hash256 root) => Math.Max(0, Tree.Find(root));
}
