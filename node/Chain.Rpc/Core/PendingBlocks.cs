using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>The block that would be made now: what the pool offers, executed on the head's state.</summary>
/// <param name="Header">Complete but for the roots and the seal.</param>
/// <param name="Accounts">Balance and nonce of the accounts that it changes.</param>
internal sealed record PendingBlock(BlockHeader Header, IReadOnlyList<RecoveredTransaction> Transactions,
    IReadOnlyDictionary<Address, (UInt256 Balance, ulong Nonce)> Accounts);

/// <summary>Makes pending blocks when someone asks; one serves everybody until head or pool change.</summary>
internal sealed class PendingBlocks(INodeAccess node)
{
    private readonly Lock _gate = new();
    private ChainView? _lastView;
    private PendingBlock? _last;

    public PendingBlock Get(ChainView view, IChainReader reader)
    {
        lock (_gate)
        {
            if (_last is { } last && _lastView is { } before && ReferenceEquals(before.Head, view.Head)
                && ReferenceEquals(before.Pool, view.Pool))
                return last;
            (_lastView, _last) = (view, Build(view, reader));
            return _last;
        }
    }

    private PendingBlock Build(ChainView view, IChainReader reader)
    {
        var parent = view.Head.Header;
        var header = parent with
        {
            ParentHash = view.Head.Hash,
            Number = parent.Number + 1,
            Beneficiary = view.MiningBeneficiary ?? Address.Zero,
            BaseFeePerGas = FeeOracle.NextBaseFee(parent),
            Timestamp = Math.Max(node.Now.UnixSeconds, parent.Timestamp + 1),
            LogsBloom = Bloom.Empty,
            GasUsed = 0,
            Nonce = 0,
            MixHash = Hash256.Zero,
            ExtraData = ReadOnlyMemory<byte>.Empty,
        };
        var state = new WorldState(reader, parent.StateRoot, new TrieNodeCache(4096));
        var builder = new BlockBuilder(state, BlockContext.Of(header, header.Beneficiary, node.Spec.ChainId),
            node.Rules.NativeContracts);
        var touched = new SortedSet<Address> { header.Beneficiary };
        foreach (var candidate in view.Pool.BestFirst(header.BaseFeePerGas))
        {
            if (builder.GasLeft < TransactionRules.TransactionGas) break;
            if (builder.TryAdd(candidate) is not null) continue;
            touched.Add(candidate.Sender);
            if (candidate.Transaction.To is { } to) touched.Add(to);
        }

        var accounts = new Dictionary<Address, (UInt256, ulong)>();
        foreach (var address in touched) accounts.Add(address, (state.GetBalance(address), state.GetNonce(address)));
        return new PendingBlock(header with { GasUsed = builder.GasUsed }, [.. builder.Included], accounts);
    }
}
