using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Makes the picture of the stake that others show.</summary>
internal static class StakeViewBuilder
{
    public static StakeView Build(
        StakeChain chain, Hash256 head, IReadOnlyCollection<ValidatorKey> local, IReadOnlyList<SilentValidator> silent,
        int waitingEvidence, string? halted)
    {
        // The slot of the clock may have passed the head's by many: the state that shows is advanced to it.
        var state = chain.States.AtSlot(head, chain.Store.CurrentSlot);
        var after = chain.States.After(head);
        var isLocal = local.ToHashSet();
        var validators = new List<ValidatorView>(state.ValidatorCount);
        for (var i = 0; i < state.ValidatorCount; i++)
        {
            validators.Add(new ValidatorView(state.Validator(i), state.InactivityScores[i], state.PreviousParticipation[i],
                isLocal.Contains(state.Identities[i].Key)));
        }

        var (scores, weights) = (chain.Store.Scores(), new Dictionary<Hash256, Gwei>());
        for (var position = 0; position < scores.Length; position++)
            weights[chain.Store.Tree[position].Block.Root] = new Gwei(scores[position]);
        return new StakeView
        {
            Slot = chain.Store.CurrentSlot,
            Epoch = chain.Store.CurrentEpoch,
            Proposer = state.HasActiveValidators() ? state.GetBeaconProposerIndex(state.Slot) : null,
            Settings = chain.Settings,
            Justified = state.CurrentJustified,
            Finalized = chain.Store.Finalized,
            TotalActive = state.GetTotalActiveBalance(),
            PreviousEpochTarget = state.GetUnslashedParticipatingBalance(ParticipationFlags.TimelyTarget, state.PreviousEpoch),
            CurrentEpochTarget = state.GetUnslashedParticipatingBalance(ParticipationFlags.TimelyTarget, state.CurrentEpoch),
            IsLeaking = state.IsInInactivityLeak(),
            Validators = validators,
            Silent = silent,
            Weights = weights,
            WaitingEvidence = waitingEvidence,
            HeadRoots = new Lazy<StakeRoots>(() => new StakeRoots(head, after.ComputeRoot(), after.ComputePartRoots())),
            Halted = halted,
        };
    }
}
