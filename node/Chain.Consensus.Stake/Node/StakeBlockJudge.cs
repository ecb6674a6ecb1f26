using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// A block's way through the rules of stake: its envelope first (sidecar, time, finality, proposer's signature), then, around its
/// transactions, the stake transition. What it finds good it leaves in <see cref="StakeStates"/>.
/// </summary>
internal sealed class StakeBlockJudge(
    StakeChain chain, StakeGenesisState genesis, Deposits deposits, StakeOptions options, OffenceWatch watch) : IBlockJudge
{
    // Slots ahead of ours that a block may have and still be kept for later: a clock that is some seconds behind must not lose
    // the blocks that are made meanwhile, however short the slots are.
    private const ulong SlotsAhead = 64;

    private (Hash256 Block, ReadOnlyMemory<byte> Bytes, ConsensusSidecar Sidecar)? _latest;

    public ConsensusError? CheckEnvelope(Block block, SealedHeader parent, At now)
    {
        if (!ReadSidecar(block).IsOk(out var sidecar, out var unreadable)) return unreadable;
        var body = sidecar.Body;
        if (CheckTime(block, body, now) is { } untimely) return untimely;
        if (CheckFinality(parent, body) is { } cutOff) return cutOff;
        return CheckProposer(block, parent, sidecar);
    }

    public ConsensusError? CheckAlone(Block block) => ReadSidecar(block).IsOk(out _, out var unreadable) ? null : unreadable;

    /// <summary>Signed by the validator that it names, of those who are the same on every branch that can still win.</summary>
    public bool IsVouchedFor(Block block, SealedHeader head, At now)
    {
        if (!ReadSidecar(block).IsOk(out var sidecar, out _)) return false;
        var (body, finalized) = (sidecar.Body, chain.Store.Finalized);
        if (body.Slot > chain.Clock.SlotAt(now) + SlotsAhead
            || body.Slot <= finalized.Epoch.StartSlot(genesis.Settings.SlotsPerEpoch))
        {
            return false;
        }

        var settled = chain.States.After(finalized.Root);
        if (body.ProposerIndex >= settled.ValidatorCount) return false;
        var root = genesis.Domain.ProposalRoot(body.Slot, body.ProposerIndex, block.Hash);
        return options.Signatures.IsBy(settled.Identities[body.ProposerIndex].Key, root, sidecar.ProposerSignature);
    }

    public Verdict<OpenedBlock, ConsensusError> Open(Block block, SealedHeader parent)
    {
        if (!ReadSidecar(block).IsOk(out var sidecar, out var unreadable)) return unreadable;
        var state = chain.States.AtSlot(parent.Hash, sidecar.Body.Slot).Clone();
        if (StakeTransition.ProcessBlockHeader(state, sidecar.Body) is { } misplaced) return new StakeBlockError.Rule(misplaced);
        if (Withdrawals.ProcessWithdrawals(state, block.Body.Withdrawals ?? []) is { } unexpected)
            return new StakeBlockError.Rule(unexpected);
        var prevRandao = state.GetRandaoMix(state.CurrentEpoch);
        if (block.Header.Header.MixHash != prevRandao)
            return new StakeBlockError.WrongPrevRandao(block.Header.Header.MixHash, prevRandao);
        return new Opened(this, block, sidecar.Body, state);
    }

    private Verdict<ConsensusSidecar, ConsensusError> ReadSidecar(Block block)
    {
        if (_latest is { } latest && latest.Block == block.Hash && latest.Bytes.Equals(block.Sidecar)) return latest.Sidecar;
        ConsensusSidecar sidecar;
        try
        {
            sidecar = ConsensusSidecar.Decode(block.Sidecar.Span);
        }
        catch (RlpException e)
        {
            return new StakeBlockError.WrongSidecar(e.Message);
        }

        var hash = sidecar.Body.ComputeHash();
        if (!block.Header.Header.ExtraData.Span.SequenceEqual(hash.Bytes))
            return new StakeBlockError.WrongSidecar($"its hash is {hash}, the header names "
                + $"{Hex.Encode(block.Header.Header.ExtraData.Span)}");
        _latest = (block.Hash, block.Sidecar, sidecar);
        return sidecar;
    }

    private StakeBlockError? CheckTime(Block block, ConsensusBody body, At now)
    {
        if (body.Slot.Number > (ulong)long.MaxValue / genesis.Settings.SlotDurationMs / 2)
            return new StakeBlockError.FutureSlot(body.Slot, chain.Store.CurrentSlot);
        var timestamp = chain.Clock.TimestampOf(body.Slot);
        if (block.Header.Header.Timestamp != timestamp)
            return new StakeBlockError.WrongTimestamp(block.Header.Header.Timestamp, timestamp);
        var current = chain.Clock.SlotAt(now);
        return body.Slot > current ? new StakeBlockError.FutureSlot(body.Slot, current) : null;
    }

    private StakeBlockError? CheckFinality(SealedHeader parent, ConsensusBody body)
    {
        var finalized = chain.Store.Finalized;
        var isLate = body.Slot <= finalized.Epoch.StartSlot(genesis.Settings.SlotsPerEpoch);
        if (isLate || chain.Contains(parent.Hash, finalized) != true)
            return new StakeBlockError.BelowFinality(body.Slot, finalized, isLate);

        // By epochs first: the named one may be so late that it has no slot.
        var slotsPerEpoch = genesis.Settings.SlotsPerEpoch;
        if (options.TrustedCheckpoint is not { } trusted || body.Slot.ToEpoch(slotsPerEpoch) < trusted.Epoch
            || body.Slot == trusted.Epoch.StartSlot(slotsPerEpoch))
            return null;
        return chain.Contains(parent.Hash, trusted) == false ? new StakeBlockError.WithoutTrustedCheckpoint(trusted) : null;
    }

    private StakeBlockError? CheckProposer(Block block, SealedHeader parent, ConsensusSidecar sidecar)
    {
        // The signature first, under the key that the proposer claims: only a validator can make us work out a far state.
        var body = sidecar.Body;
        var after = chain.States.After(parent.Hash);
        if (body.ProposerIndex >= after.ValidatorCount)
            return new StakeBlockError.Rule(new StakeError.IndexOutOfRange(body.ProposerIndex, after.ValidatorCount));
        var root = genesis.Domain.ProposalRoot(body.Slot, body.ProposerIndex, block.Hash);
        if (!options.Signatures.IsBy(after.Identities[body.ProposerIndex].Key, root, sidecar.ProposerSignature))
            return new StakeBlockError.WrongProposerSignature(body.ProposerIndex);
        var state = chain.States.AtSlot(parent.Hash, body.Slot);
        if (!state.HasActiveValidators()) return new StakeBlockError.Rule(new StakeError.NobodyActive(state.CurrentEpoch));
        var proposer = state.GetBeaconProposerIndex(body.Slot);
        return proposer == body.ProposerIndex
            ? null
            : new StakeBlockError.Rule(new StakeError.WrongProposer(body.ProposerIndex, proposer));
    }

    private ConsensusError? Close(Block block, ConsensusBody body, StakeState state, IReadOnlyList<Receipt> receipts)
    {
        var checks = new SignatureChecks(genesis.Domain);
        if (StakeTransition.ProcessOperations(state, body, deposits.Read(receipts), checks) is { } broken)
            return new StakeBlockError.Rule(broken);
        var root = state.ComputeRoot();
        if (root != body.StakeStateRoot)
            return new StakeBlockError.WrongStakeStateRoot(body.StakeStateRoot, root, state.ComputePartRoots());
        if (checks.FindBad(options.Signatures) is { } bad) return new StakeBlockError.BadSignature(bad.SigningRoot);
        chain.States.Add(block.Hash, state);
        watch.OnBlock(body, state);
        return null;
    }

    private sealed class Opened(StakeBlockJudge judge, Block block, ConsensusBody body, StakeState state) : OpenedBlock
    {
        public override ConsensusError? Close(IReadOnlyList<Receipt> receipts) => judge.Close(block, body, state, receipts);
    }
}
