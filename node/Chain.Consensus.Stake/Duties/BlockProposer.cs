using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>A block that lacks only its proposer's signature.</summary>
internal sealed record UnsignedBlock(SealedHeader Header, BlockBody Body, ConsensusBody Consensus)
{
    public Block Sign(Signature signature) => new(Header, Body, new ConsensusSidecar(Consensus, signature).Encode());
}

/// <summary>
/// Makes blocks in the order in which others check them (docs/consensus/stake.md): slots, withdrawals, transactions, operations,
/// deposits, stake root.
/// </summary>
internal sealed class BlockProposer(IConsensusHost host, ChainSpec spec, StakeChain chain, StakeGenesisState genesis,
    Deposits deposits, AttestationPool votes, OffenceWatch watch)
{
    /// <summary>The block that a validator proposes on a parent.</summary>
    public UnsignedBlock Make(SealedHeader parent, Slot slot, int proposer, Hash256 reveal, Address beneficiary)
    {
        var state = chain.States.AtSlot(parent.Hash, slot).Clone();
        var body = new ConsensusBody
        {
            Slot = slot,
            ProposerIndex = proposer,
            RandaoReveal = reveal,
            StakeStateRoot = Hash256.Zero,
        };
        Require(StakeTransition.ProcessBlockHeader(state, body));
        var withdrawals = Withdrawals.GetExpectedWithdrawals(state);
        Withdrawals.ApplyWithdrawals(state, withdrawals);
        var assembled = host.Assemble(new BlockPlan(parent, HeaderOn(parent, state, withdrawals, beneficiary), withdrawals));
        body = WithOperations(state, body);
        foreach (var deposit in deposits.Read(assembled.Receipts)) Deposits.ProcessDeposit(state, deposit);
        body = body with { StakeStateRoot = state.ComputeRoot() };
        return new UnsignedBlock(new SealedHeader(assembled.Header with { ExtraData = body.ComputeHash().ToArray() }),
            assembled.Body, body);
    }

    private BlockHeader HeaderOn(SealedHeader parent, StakeState state, IReadOnlyList<Withdrawal> withdrawals,
        Address beneficiary)
    {
        var above = parent.Header;
        return new BlockHeader
        {
            ParentHash = parent.Hash,
            Beneficiary = beneficiary,
            StateRoot = above.StateRoot,
            TransactionsRoot = BlockHeader.EmptyTrieRoot,
            ReceiptsRoot = BlockHeader.EmptyTrieRoot,
            LogsBloom = Bloom.Empty,
            Difficulty = UInt256.Zero,
            Number = parent.Number + 1,
            GasLimit = GasLimitRule.Towards(above.GasLimit, spec.GasLimitTarget),
            GasUsed = 0,
            Timestamp = chain.Clock.TimestampOf(state.Slot),
            MixHash = state.GetRandaoMix(state.CurrentEpoch),
            BaseFeePerGas = BaseFee.Next(above.BaseFeePerGas, above.GasUsed, above.GasLimit),
            WithdrawalsRoot = Roots.WithdrawalsRoot(withdrawals),
        };
    }

    /// <summary>Takes what the pools have for this state, in the order in which it is processed, and applies it.</summary>
    private ConsensusBody WithOperations(StakeState state, ConsensusBody body)
    {
        var checks = new SignatureChecks(genesis.Domain);
        if (!Randao.ProcessRandao(state, body.ProposerIndex, body.RandaoReveal))
            throw new InvalidOperationException($"The reveal of validator {body.ProposerIndex} for {state.CurrentEpoch} does "
                + $"not fit its onion.");
        return body with
        {
            ProposerSlashings = Apply(watch.Evidence.PackProposerSlashings(state),
                item => SlashingProcessing.ProcessProposerSlashing(state, item, checks)),
            AttesterSlashings = Apply(watch.Evidence.PackAttesterSlashings(state),
                item => SlashingProcessing.ProcessAttesterSlashing(state, item, checks)),
            Attestations = Apply(votes.Pack(state), item => AttestationProcessing.ProcessAttestation(state, item, checks)),
            VoluntaryExits = Apply(watch.Exits.Pack(state), item => VoluntaryExits.ProcessVoluntaryExit(state, item, checks)),
        };
    }

    private static IReadOnlyList<T> Apply<T>(IReadOnlyList<T> packed, Func<T, StakeError?> process)
    {
        foreach (var item in packed) Require(process(item));
        return packed;
    }

    private static void Require(StakeError? error)
    {
        if (error is not null) throw new InvalidOperationException($"A block made here would break a rule: {error}");
    }
}
