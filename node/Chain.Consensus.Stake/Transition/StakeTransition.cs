using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// From one block's stake state to the next (consensus-specs: state_transition), in the order of docs/consensus/stake.md: slots
/// and epochs, withdrawals, the transactions, operations, deposits. Functions change the state that they are given: a copy of the
/// caller's.
/// </summary>
public static class StakeTransition
{
    /// <summary>process_slots: up to a later slot.</summary>
    /// <param name="state">The state after the latest block, or slots later.</param>
    /// <param name="latestBlock">That block's hash, which its own state cannot contain.</param>
    /// <param name="slot">Where to stop; not before the state's.</param>
    public static void ProcessSlots(StakeState state, Hash256 latestBlock, Slot slot)
    {
        var settings = state.Settings;
        while (state.Slot < slot)
        {
            // process_slot
            state.BlockRoots[state.Slot.Number % settings.SlotsPerHistoricalRoot] = latestBlock;
            var next = state.Slot + 1;
            var isEpochStart = next.SinceEpochStart(settings.SlotsPerEpoch) == 0;
            if (isEpochStart) EpochTransition.ProcessEpoch(state);
            state.Slot = next;
            if (isEpochStart) state.Committees = state.Committees.AtEpochStart(state.CurrentEpoch);
        }
    }

    /// <summary>process_block_header: a later slot than the parent's, and the proposer whose turn it is, not slashed.</summary>
    public static StakeError? ProcessBlockHeader(StakeState state, ConsensusBody body)
    {
        if (body.Slot <= state.LatestBlockSlot) return new StakeError.SlotNotAfterParent(body.Slot, state.LatestBlockSlot);
        var proposer = state.GetBeaconProposerIndex();
        if (body.ProposerIndex != proposer) return new StakeError.WrongProposer(body.ProposerIndex, proposer);
        if (state.Slashed[proposer]) return new StakeError.ProposerSlashed(proposer);
        state.LatestBlockSlot = body.Slot;
        return null;
    }

    /// <summary>process_block with the receipts of its execution known: header, withdrawals, operations, deposits.</summary>
    /// <param name="state">At the block's slot.</param>
    /// <param name="block">Its withdrawals count, beside the body.</param>
    /// <param name="body">From its sidecar.</param>
    /// <param name="deposits">Read from its receipts.</param>
    /// <param name="checks">Collects the signatures that must be good.</param>
    public static StakeError? ProcessBlock(StakeState state, Block block, ConsensusBody body, IReadOnlyList<Deposit> deposits,
        SignatureChecks checks) =>
        ProcessBlockHeader(state, body)
        ?? Withdrawals.ProcessWithdrawals(state, block.Body.Withdrawals ?? [])
        ?? ProcessOperations(state, body, deposits, checks);

    /// <summary>
    /// Everything after the transactions: process_randao, process_operations with the deposits of this block's logs.
    /// </summary>
    /// <param name="state">At the block's slot, withdrawals applied.</param>
    /// <param name="body">What the block says to the stake.</param>
    /// <param name="deposits">Read from the block's receipts.</param>
    /// <param name="checks">Collects the signatures that must be good.</param>
    public static StakeError? ProcessOperations(StakeState state, ConsensusBody body, IReadOnlyList<Deposit> deposits,
        SignatureChecks checks)
    {
        if (!Randao.ProcessRandao(state, body.ProposerIndex, body.RandaoReveal))
            return new StakeError.WrongRandaoReveal(body.ProposerIndex, body.RandaoReveal);
        if (CheckCounts(state, body) is { } tooMany) return tooMany;
        foreach (var slashing in body.ProposerSlashings)
        {
            if (SlashingProcessing.ProcessProposerSlashing(state, slashing, checks) is { } error) return error;
        }

        foreach (var slashing in body.AttesterSlashings)
        {
            if (SlashingProcessing.ProcessAttesterSlashing(state, slashing, checks) is { } error) return error;
        }

        foreach (var attestation in body.Attestations)
        {
            if (AttestationProcessing.ProcessAttestation(state, attestation, checks) is { } error) return error;
        }

        foreach (var exit in body.VoluntaryExits)
        {
            if (VoluntaryExits.ProcessVoluntaryExit(state, exit, checks) is { } error) return error;
        }

        foreach (var deposit in deposits) Deposits.ProcessDeposit(state, deposit);
        return null;
    }

    private static StakeError? CheckCounts(StakeState state, ConsensusBody body)
    {
        var settings = state.Settings;
        return Check("proposer slashings", body.ProposerSlashings.Count, settings.MaxProposerSlashings)
            ?? Check("attester slashings", body.AttesterSlashings.Count, settings.MaxAttesterSlashings)
            ?? Check("voluntary exits", body.VoluntaryExits.Count, settings.MaxVoluntaryExits)
            ?? Check("votes", body.Attestations.Sum(attestation => attestation.Signatures.Count),
                (ulong)state.CountActive(state.CurrentEpoch));

        static StakeError? Check(string what, int count, ulong limit) =>
            (ulong)count > limit ? new StakeError.TooMany(what, count, (int)limit) : null;
    }
}
