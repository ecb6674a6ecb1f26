using Chain.Execution;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>Finding blocks and states as callers name them.</summary>
public static class ChainLookup
{
    /// <summary>
    /// The header that a parameter names; `pending` names the head, whose child is in the making. Null: there is none.
    /// </summary>
    public static SealedHeader? FindHeader(this RpcCall call, BlockParameter parameter) => parameter switch
    {
        BlockParameter.ByTag { Tag: BlockTag.Latest or BlockTag.Pending } => call.View.Head,
        BlockParameter.ByTag { Tag: BlockTag.Safe } => call.View.Safe,
        BlockParameter.ByTag { Tag: BlockTag.Finalized } => call.View.Finalized,
        BlockParameter.ByTag => call.Reader.GetHeader(call.Node.GenesisHash),
        BlockParameter.ByNumber { Number: var number } => call.FindCanonical(number),
        BlockParameter.ByHash { Hash: var hash } => hash == call.View.Head.Hash ? call.View.Head : call.Reader.GetHeader(hash),
        _ => throw new InvalidOperationException($"No such block parameter: {parameter}."),
    };

    public static SealedHeader? FindCanonical(this RpcCall call, ulong number) =>
        number == call.View.Head.Number ? call.View.Head
        : number < call.View.Head.Number && call.Reader.GetCanonicalHash(number) is { } hash ? call.Reader.GetHeader(hash)
        : null;

    /// <summary>The block whole; null where there is none.</summary>
    public static CachedBlock? FindBlock(this RpcCall call, BlockParameter parameter) =>
        call.FindHeader(parameter) is { } header ? call.FindBlock(header.Hash) : null;

    public static CachedBlock? FindBlock(this RpcCall call, Hash256 hash) => call.Services.Blocks.Get(call.Reader, hash);

    public static bool IsCanonical(this RpcCall call, SealedHeader header) =>
        call.Reader.GetCanonicalHash(header.Number) == header.Hash;

    /// <summary>Where a transaction stands on the chain of the view; null where it is not mined.</summary>
    public static (CachedBlock Block, int Index)? FindMined(this RpcCall call, Hash256 transactionHash)
    {
        // The store may be one block ahead of the view; what the view does not know yet is still pending.
        var view = call.View;
        return call.Reader.GetTransactionLocation(transactionHash) is { } location
            && location.BlockNumber <= view.Head.Number
            && call.FindBlock(location.BlockHash) is { } block ? (block, location.Index) : null;
    }

    /// <summary>The header whose state a call is about, or why there is none (EIP-1898).</summary>
    public static Verdict<SealedHeader, RpcError> RequireHeader(this RpcCall call, BlockParameter parameter)
    {
        if (call.FindHeader(parameter) is not { } header)
        {
            return parameter switch
            {
                BlockParameter.ByNumber { Number: var number } =>
                    new RpcError(RpcError.NotFound,
                        $"header not found: block {number} does not exist, the head is {call.View.Head.Number}"),
                BlockParameter.ByHash { Hash: var hash } =>
                    new RpcError(RpcError.NotFound, $"header not found: this node has no block {hash}"),
                _ => new RpcError(RpcError.NotFound, "header not found"),
            };
        }

        if (parameter is BlockParameter.ByHash { RequireCanonical: true } && !call.IsCanonical(header))
            return RpcError.Refused($"hash is not currently canonical: {header.Hash}");
        return header;
    }

    /// <summary>The accounts after a block, or why they cannot be had.</summary>
    public static Verdict<WorldState, RpcError> OpenState(this RpcCall call, BlockParameter parameter)
    {
        if (!call.RequireHeader(parameter).IsOk(out var header, out var error)) return error;
        var root = header.Header.StateRoot;
        if (root != BlockHeader.EmptyTrieRoot && call.Reader.GetTrieNode(root) is null) return MissingState(call, header);
        return new WorldState(call.Reader, root, new TrieNodeCache(512));
    }

    public static RpcError MissingState(this RpcCall call, SealedHeader header)
    {
        var why = call.Reader.GetBlockRecord(header.Hash)?.Status == BlockStatus.Known
            ? "its branch has never been the heaviest, so it was not executed"
            : $"it was pruned; this node keeps the states of the last {call.Node.Spec.StateHistoryBlocks} blocks unless it "
                + $"runs with --archive";
        return new RpcError(RpcError.Unavailable,
            $"missing trie node: the state of block {header.Number} ({header.Hash}) is not available: {why}");
    }
}
