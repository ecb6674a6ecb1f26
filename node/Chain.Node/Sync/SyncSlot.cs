using Chain.Primitives;

namespace Chain.Node;

/// <summary>One block on its way down: the header is verified, body and sidecar arrive in any order.</summary>
internal sealed class SyncSlot(SealedHeader header, bool needsSidecar)
{
    public SealedHeader Header { get; } = header;

    /// <summary>Known at once where the header says that there is nothing in it.</summary>
    public BlockBody? Body { get; set; } = EmptyBodyOf(header.Header);

    // A bare null would be taken for an empty array, and that for an empty sidecar.
    public ReadOnlyMemory<byte>? Sidecar { get; set; } = needsSidecar ? default(ReadOnlyMemory<byte>?) : ReadOnlyMemory<byte>.Empty;

    public bool BodyRequested { get; set; }

    public bool SidecarRequested { get; set; }

    public Block? Complete => Body is { } body && Sidecar is { } sidecar ? new Block(Header, body, sidecar) : null;

    public static BlockBody? EmptyBodyOf(BlockHeader header)
    {
        if (header.TransactionsRoot != BlockHeader.EmptyTrieRoot) return null;
        if (header.WithdrawalsRoot is not { } withdrawals) return BlockBody.Empty;
        return withdrawals == BlockHeader.EmptyTrieRoot ? new BlockBody([], []) : null;
    }
}
