namespace Chain.Consensus.Stake;

/// <summary>
/// The weight of the committees of a span of slots, both ends included: the parameter of the fast confirmation rule.
/// </summary>
internal interface ICommitteeSpanWeights
{
    /// <summary>The effective balance that may vote in the span.</summary>
    Gwei Weight(CheckpointBalances balances, Slot start, Slot end);

    /// <summary>What of it may be hostile at most.</summary>
    Gwei AdversarialWeight(CheckpointBalances balances, Slot start, Slot end);
}

/// <summary>The specs' estimate from the total. Sound where committees are large: at least 128 members in each.</summary>
internal sealed class EstimatedSpanWeights(ProofOfStakeSettings settings) : ICommitteeSpanWeights
{
    /// <summary>COMMITTEE_WEIGHT_ESTIMATION_ADJUSTMENT_FACTOR, per mille.</summary>
    private const ulong AdjustmentFactor = 5;

    private readonly ulong _slotsPerEpoch = settings.SlotsPerEpoch;

    /// <summary>estimate_committee_weight_between_slots.</summary>
    public Gwei Weight(CheckpointBalances balances, Slot start, Slot end)
    {
        if (start > end) return Gwei.Zero;
        if (IsFullValidatorSetCovered(start, end)) return balances.TotalActive;
        var committeeWeight = balances.TotalActive / _slotsPerEpoch;
        if (start.ToEpoch(_slotsPerEpoch) == end.ToEpoch(_slotsPerEpoch)) return committeeWeight * (end - start + 1);

        // A span across an epoch's boundary without a full epoch: the same validators may sit on both sides of it.
        var slotsInEndEpoch = end.SinceEpochStart(_slotsPerEpoch) + 1;
        var slotsInStartEpoch = _slotsPerEpoch - start.SinceEpochStart(_slotsPerEpoch);
        var startEpochWeight = committeeWeight * slotsInStartEpoch / _slotsPerEpoch * (_slotsPerEpoch - slotsInEndEpoch);
        return AdjustToEnsureSafety(startEpochWeight + (committeeWeight * slotsInEndEpoch));
    }

    /// <summary>The first part of compute_adversarial_weight.</summary>
    public Gwei AdversarialWeight(CheckpointBalances balances, Slot start, Slot end) =>
        Weight(balances, start, end) / 100 * settings.ConfirmationByzantineThreshold;

    /// <summary>is_full_validator_set_covered.</summary>
    private bool IsFullValidatorSetCovered(Slot start, Slot end) =>
        (start + (_slotsPerEpoch - 1)).ToEpoch(_slotsPerEpoch) < (end + 1).ToEpoch(_slotsPerEpoch);

    /// <summary>adjust_committee_weight_estimate_to_ensure_safety.</summary>
    private static Gwei AdjustToEnsureSafety(Gwei estimate) => new((estimate.Amount + 999) / 1000 * (1000 + AdjustmentFactor));
}

/// <summary>
/// The exact union of the span's committees, for small networks, where the estimate is unsound. A hostile share of all stake may
/// sit in the span whole.
/// </summary>
internal sealed class ExactSpanWeights(ProofOfStakeSettings settings, Func<Slot, int[]> slotCommittee) : ICommitteeSpanWeights
{
    public Gwei Weight(CheckpointBalances balances, Slot start, Slot end)
    {
        var isMember = new bool[balances.ValidatorCount];
        var weight = Gwei.Zero;
        for (var slot = start; slot <= end; slot += 1)
        {
            foreach (var validator in slotCommittee(slot))
            {
                if (validator >= isMember.Length || isMember[validator]) continue;
                isMember[validator] = true;
                weight += balances.Active(validator);
            }
        }

        return weight;
    }

    public Gwei AdversarialWeight(CheckpointBalances balances, Slot start, Slot end) =>
        Gwei.Min(balances.TotalActive * settings.ConfirmationByzantineThreshold / 100, Weight(balances, start, end));
}
