using Chain.Execution;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Follows a chain from its genesis, block by block, and asks <see cref="StakeSupply"/> of each epoch and each block whether all
/// ether is there. The blocks are the caller's, executed and accepted before: their signatures are not checked again.
/// </summary>
public sealed class StakeAudit
{
    private readonly IStateReader _reader;
    private readonly Deposits _deposits;
    private readonly StakeDomain _domain;
    private SealedHeader _latest;
    private UInt256 _accounts;

    /// <param name="settings">Of the chain, with the validators.</param>
    /// <param name="genesis">The genesis block's header.</param>
    /// <param name="reader">Has the accounts after each block that will be shown.</param>
    public StakeAudit(ProofOfStakeSettings settings, SealedHeader genesis, IStateReader reader)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(genesis);
        (_reader, _latest) = (reader, genesis);
        _deposits = new Deposits(settings.DepositAddress);
        _domain = new StakeDomain(genesis.Hash);
        _accounts = StateWalker.TotalBalance(reader, genesis.Header.StateRoot);
        State = StakeGenesis.BuildState(settings, genesis.Header.MixHash);
    }

    /// <summary>The stake after the latest block.</summary>
    public StakeState State { get; private set; }

    /// <summary>All ether after the latest block, in wei: accounts and stake.</summary>
    public UInt256 Supply => _accounts + StakeSupply.TotalStake(State);

    /// <summary>The next block of the chain; null when it adds up.</summary>
    /// <param name="block">A child of the latest.</param>
    /// <param name="receipts">Of all its transactions.</param>
    /// <exception cref="InvalidOperationException">No valid child of the latest block: nothing that was accepted
    /// before.</exception>
    public SupplyError? Next(Block block, IReadOnlyList<Receipt> receipts)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (block.Header.ParentHash != _latest.Hash)
            throw new InvalidOperationException($"{block.Header} is no child of {_latest}.");
        var body = ConsensusSidecar.Decode(block.Sidecar.Span).Body;
        var state = State.Clone();
        if (Advance(state, body.Slot) is { } wrongEpoch) return wrongEpoch;
        var before = state.Clone();
        var deposits = _deposits.Read(receipts);
        var error = StakeTransition.ProcessBlock(state, block, body, deposits, new SignatureChecks(_domain));
        if (error is not null) throw new InvalidOperationException($"{block.Header} breaks a rule: {error}");
        var root = state.ComputeRoot();
        if (root != body.StakeStateRoot)
            throw new InvalidOperationException($"{block.Header} says that its stake state is {body.StakeStateRoot}; it is "
                + $"{root}.");

        var header = block.Header.Header;
        var accounts = StateWalker.TotalBalance(_reader, header.StateRoot);
        var burned = header.BaseFeePerGas * header.GasUsed;
        var supply = new BlockSupply(_accounts, accounts, before, state, body.ProposerIndex, burned, block.Body.Withdrawals ?? [],
            deposits);
        (State, _latest, _accounts) = (state, block.Header, accounts);
        return StakeSupply.CheckBlock(supply);
    }

    /// <summary>Up to a slot, with each epoch that ends on the way checked.</summary>
    private SupplyError? Advance(StakeState state, Slot slot)
    {
        while (state.Slot < slot)
        {
            var before = state.Clone();
            var nextEpoch = (state.CurrentEpoch + 1).StartSlot(state.Settings.SlotsPerEpoch);
            StakeTransition.ProcessSlots(state, _latest.Hash, nextEpoch < slot ? nextEpoch : slot);
            if (state.Slot == nextEpoch && StakeSupply.CheckEpoch(before, state) is { } error) return error;
        }

        return null;
    }
}
