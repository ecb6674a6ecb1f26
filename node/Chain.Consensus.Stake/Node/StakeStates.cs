using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// The stake state after each block. The latest are kept, and the one that the host keeps for the finalized block; any other is
/// worked out again from the nearest that is known, without checking signatures twice. What it hands out must not be changed.
/// </summary>
internal sealed class StakeStates(IConsensusHost host, StakeGenesisState genesis, Deposits deposits)
{
    private const int Capacity = 96;

    private readonly RecentItems<Hash256, StakeState> _afterBlock = new(Capacity);

    // Snapshots per epoch: what a branch from further back is worked out from.
    private readonly RecentItems<Hash256, StakeState> _epochStarts = new(64);
    private readonly RecentItems<(Hash256 Block, Slot Slot), StakeState> _atSlot = new(Capacity);
    private readonly RecentItems<Checkpoint, CheckpointBalances> _balances = new(32);

    /// <summary>The state after an executed block.</summary>
    public StakeState After(Hash256 block)
    {
        if (_afterBlock.Find(block) is { } known) return known;
        var path = new Stack<Block>();
        var hash = block;
        StakeState? state;
        while ((state = Known(hash)) is null)
        {
            var missing = host.GetBlock(hash)
                ?? throw new InvalidOperationException($"The stake state after block {hash} cannot be worked out: the block is "
                    + $"not here.");
            path.Push(missing);
            hash = missing.Header.ParentHash;
        }

        while (path.TryPop(out var next)) Add(next.Hash, state = Replay(next, state));
        return state;
    }

    /// <summary>The state after a block, advanced to a slot on which no later block stands yet.</summary>
    public StakeState AtSlot(Hash256 block, Slot slot)
    {
        var after = After(block);
        if (after.Slot >= slot) return after;
        if (_atSlot.Find((block, slot)) is { } known) return known;
        var from = _atSlot.Find((block, slot.ToEpoch(after.Settings.SlotsPerEpoch).StartSlot(after.Settings.SlotsPerEpoch)))
            ?? after;
        var state = from.Clone();
        StakeTransition.ProcessSlots(state, block, slot);
        _atSlot.Add((block, slot), state);
        return state;
    }

    /// <summary>checkpoint_states: the state of the checkpoint's block, advanced to the epoch's start.</summary>
    public StakeState AtCheckpoint(Checkpoint checkpoint) =>
        AtSlot(checkpoint.Root, checkpoint.Epoch.StartSlot(genesis.Settings.SlotsPerEpoch));

    public CheckpointBalances BalancesAt(Checkpoint checkpoint) =>
        _balances.Find(checkpoint) ?? _balances.Add(checkpoint, CheckpointBalances.Of(AtCheckpoint(checkpoint)));

    public void Add(Hash256 block, StakeState state)
    {
        _afterBlock.Add(block, state);
        if (state.Slot.SinceEpochStart(genesis.Settings.SlotsPerEpoch) == 0) _epochStarts.Add(block, state);
    }

    private StakeState? Known(Hash256 block) =>
        _afterBlock.Find(block)
        ?? _epochStarts.Find(block)
        ?? (block == genesis.BlockHash ? genesis.State : null)
        ?? (host.GetConsensusState(block) is { } bytes ? StakeStateCodec.Decode(bytes, genesis.Settings) : null);

    private StakeState Replay(Block block, StakeState parent)
    {
        var body = ConsensusSidecar.Decode(block.Sidecar.Span).Body;
        var state = parent.Clone();
        StakeTransition.ProcessSlots(state, block.Header.ParentHash, body.Slot);
        var receipts = host.GetReceipts(block.Hash)
            ?? throw new InvalidOperationException($"The receipts of {block.Header} are not here.");
        var error = StakeTransition.ProcessBlock(state, block, body, deposits.Read(receipts),
            new SignatureChecks(genesis.Domain));
        if (error is not null) throw new InvalidOperationException($"{block.Header}, valid before, breaks a rule now: {error}");
        return state;
    }
}

/// <summary>Where the stake begins.</summary>
internal sealed record StakeGenesisState(Hash256 BlockHash, StakeState State, StakeDomain Domain)
{
    public ProofOfStakeSettings Settings => State.Settings;
}
