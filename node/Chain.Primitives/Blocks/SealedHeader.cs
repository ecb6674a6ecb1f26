namespace Chain.Primitives;

/// <summary>A header with its hash, computed once. "Sealed" says that the hash is known, not that the seal is valid.</summary>
public sealed class SealedHeader
{
    public SealedHeader(BlockHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        Header = header;
        Hash = header.ComputeHash();
    }

    private SealedHeader(BlockHeader header, Hash256 hash)
    {
        Header = header;
        Hash = hash;
    }

    public BlockHeader Header { get; }

    public Hash256 Hash { get; }

    public ulong Number => Header.Number;

    public Hash256 ParentHash => Header.ParentHash;

    public static SealedHeader Read(ref RlpReader rlp)
    {
        var before = rlp.Rest;
        var header = BlockHeader.Read(ref rlp);
        return new SealedHeader(header, Keccak256.Hash(before[..(before.Length - rlp.Rest.Length)]));
    }

    /// <summary>Whether each of these is the parent of the one before, by hash and by number.</summary>
    public static bool LinkDownwards(IReadOnlyList<SealedHeader> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        for (var i = 1; i < headers.Count; i++)
        {
            if (headers[i - 1].ParentHash != headers[i].Hash || headers[i - 1].Number == 0
                || headers[i - 1].Number - 1 != headers[i].Number)
                return false;
        }

        return true;
    }

    public override string ToString() => $"block {Number} {Hash.ToShortString()}";
}
