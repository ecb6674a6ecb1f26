using Chain.Node;
using Chain.Primitives;

namespace Chain.Storage;

/// <summary>
/// Writes a chain as a stream of block RLPs, one after another with nothing between: what geth's export writes. A block's
/// sidecar, where it has one, follows it as an RLP string.
/// </summary>
public sealed class ChainFileWriter(Stream stream)
{
    private readonly RlpWriter _rlp = new(1 << 16);

    public void Write(Block block)
    {
        ArgumentNullException.ThrowIfNull(block);
        _rlp.Clear();
        block.WriteTo(_rlp);
        if (!block.Sidecar.IsEmpty) _rlp.Write(block.Sidecar);
        stream.Write(_rlp.WrittenSpan);
    }

    /// <summary>Writes the canonical blocks from one number to another, both included.</summary>
    /// <returns>How many there were: fewer than asked for where the chain ends before.</returns>
    public long WriteCanonical(IChainReader reader, ulong first, ulong last, Action<ulong>? progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(reader);
        long written = 0;
        for (var number = first; number <= last; number++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.GetCanonicalHash(number) is not { } hash) break;
            Write(reader.GetBlock(hash)
                ?? throw new StoreException(StoreFailure.Corrupt,
                    $"The store lacks block {number}, {hash}, though it is canonical. Restore a backup, or synchronise anew."));
            written++;
            progress?.Invoke(number);
            if (number == ulong.MaxValue) break;
        }

        return written;
    }
}
