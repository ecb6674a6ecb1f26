using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// One block on its way down: the header is verified, body and sidecar arrive in any order, each with the peer that answers for
/// it.
/// </summary>
internal sealed class SyncSlot(SealedHeader header, bool needsSidecar)
{
    // A bare null would be taken for an empty array, and that for an empty sidecar.
    private readonly ReadOnlyMemory<byte>? _noSidecar = needsSidecar
        ? default(ReadOnlyMemory<byte>?)
        : ReadOnlyMemory<byte>.Empty;

    private long _bodyBytes;

    public SealedHeader Header { get; } = header;

    /// <summary>Known at once where the header says that there is nothing in it.</summary>
    public BlockBody? Body { get; private set; } = EmptyBodyOf(header.Header);

    public ReadOnlyMemory<byte>? Sidecar { get; private set; } = needsSidecar
        ? default(ReadOnlyMemory<byte>?)
        : ReadOnlyMemory<byte>.Empty;

    public PeerId? BodyFrom { get; private set; }

    public PeerId? SidecarFrom { get; private set; }

    public bool BodyRequested { get; set; }

    public bool SidecarRequested { get; set; }

    /// <summary>Whether a helper was asked and brought nothing: then only the leader, who claimed the block, is asked.</summary>
    public bool IsForLeader { get; set; }

    /// <summary>Whether a seal or the signature of a validator that is known here stands behind it.</summary>
    public bool IsVouched { get; set; }

    /// <summary>About how much memory what came to the header takes (<see cref="BlockSize"/>).</summary>
    public long Bytes => _bodyBytes + (Sidecar?.Length ?? 0);

    public Block? Complete => Body is { } body && Sidecar is { } sidecar ? new Block(Header, body, sidecar) : null;

    public void Take(BlockBody body, PeerId from)
    {
        if (Body is null) (Body, BodyFrom, _bodyBytes) = (body, from, BlockSize.Of(body));
    }

    /// <summary>False when one was here already.</summary>
    public bool Take(ReadOnlyMemory<byte> sidecar, PeerId from)
    {
        if (Sidecar is not null) return false;
        (Sidecar, SidecarFrom) = (sidecar, from);
        return true;
    }

    /// <summary>The body was not the header's: it is asked for again.</summary>
    public void DropBody() =>
        (Body, BodyFrom, BodyRequested, IsForLeader, _bodyBytes) = (EmptyBodyOf(Header.Header), null, false, true, 0);

    /// <summary>The sidecar was not the block's: it is asked for again.</summary>
    public void DropSidecar() =>
        (Sidecar, SidecarFrom, SidecarRequested, IsForLeader, IsVouched) = (_noSidecar, null, false, true, false);

    public static BlockBody? EmptyBodyOf(BlockHeader header)
    {
        if (header.TransactionsRoot != BlockHeader.EmptyTrieRoot) return null;
        if (header.WithdrawalsRoot is not { } withdrawals) return BlockBody.Empty;
        return withdrawals == BlockHeader.EmptyTrieRoot ? new BlockBody([], []) : null;
    }
}
