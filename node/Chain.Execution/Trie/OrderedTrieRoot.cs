using Chain.Primitives;

namespace Chain.Execution;

/// <summary>
/// The root of the trie that maps rlp(index) to a value, for the lists of a block. Builds no trie: the keys are sorted once
/// and each node is hashed as soon as its range of keys is known.
/// </summary>
internal ref struct OrderedTrieRoot
{
    private readonly ReadOnlySpan<ReadOnlyMemory<byte>> _values;
    private readonly RlpWriter _rlp;

    // The nibbles of rlp(index), at most ten, and the index, in the order of the keys.
    private readonly (ulong Path, int Length, int Index)[] _keys;

    private OrderedTrieRoot(ReadOnlySpan<ReadOnlyMemory<byte>> values)
    {
        _values = values;
        _rlp = new RlpWriter(1024);
        _keys = new (ulong, int, int)[values.Length];
        for (var i = 0; i < values.Length; i++) _keys[i] = KeyOf(i);
        Array.Sort(_keys, static (a, b) => a.Path.CompareTo(b.Path));
    }

    public static Hash256 Of(ReadOnlySpan<ReadOnlyMemory<byte>> values)
    {
        if (values.IsEmpty) return BlockHeader.EmptyTrieRoot;
        var builder = new OrderedTrieRoot(values);
        builder.Encode(0, values.Length, 0);
        return builder._rlp.ToKeccak256();
    }

    // The path stands left-aligned in 64 bits, so that numeric order is the order of the keys (no key is a prefix of another).
    private static (ulong Path, int Length, int Index) KeyOf(int index)
    {
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        var length = 1;
        if (index is 0) bytes[0] = 0x80;
        else if (index < 0x80) bytes[0] = (byte)index;
        else
        {
            var size = index < 1 << 8 ? 1 : index < 1 << 16 ? 2 : index < 1 << 24 ? 3 : 4;
            bytes[0] = (byte)(0x80 + size);
            for (var i = 0; i < size; i++) bytes[1 + i] = unchecked((byte)(index >> (8 * (size - 1 - i))));
            length += size;
        }

        return (System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes), 2 * length, index);
    }

    private static int Nibble(ulong path, int depth) => (int)((path >> (60 - (4 * depth))) & 15);

    // Leaves the encoding of the node over keys [from, to) below the depth in the writer.
    private readonly void Encode(int from, int to, int depth)
    {
        var first = _keys[from];
        if (to - from == 1)
        {
            _rlp.Clear();
            _rlp.StartList();
            WritePath(first.Path, depth, first.Length, isLeaf: true);
            _rlp.Write(_values[first.Index]);
            _rlp.EndList();
            return;
        }

        // Sorted, so what the first and the last key share all share.
        var shared = depth;
        while (Nibble(first.Path, shared) == Nibble(_keys[to - 1].Path, shared)) shared++;
        EncodeBranch(from, to, shared);
        if (shared == depth) return;
        Span<byte> child = stackalloc byte[33];
        child = TakeReference(child);
        _rlp.Clear();
        _rlp.StartList();
        WritePath(first.Path, depth, shared, isLeaf: false);
        _rlp.WriteEncoded(child);
        _rlp.EndList();
    }

    private readonly void EncodeBranch(int from, int to, int depth)
    {
        Span<byte> references = stackalloc byte[16 * 33];
        var length = 0;
        var next = from;
        for (var nibble = 0; nibble < 16; nibble++)
        {
            var start = next;
            while (next < to && Nibble(_keys[next].Path, depth) == nibble) next++;
            if (next == start)
            {
                references[length++] = 0x80;
                continue;
            }

            Encode(start, next, depth + 1);
            length += TakeReference(references[length..]).Length;
        }

        _rlp.Clear();
        _rlp.StartList();
        _rlp.WriteEncoded(references[..length]);
        _rlp.Write([]);
        _rlp.EndList();
    }

    // What a parent writes for the node in the writer: its bytes while shorter than a hash, otherwise its hash as a string.
    private readonly Span<byte> TakeReference(Span<byte> destination)
    {
        var encoded = _rlp.WrittenSpan;
        if (encoded.Length < Hash256.Size)
        {
            encoded.CopyTo(destination);
            return destination[..encoded.Length];
        }

        destination[0] = 0x80 + Hash256.Size;
        var hash = Keccak256.Hash(encoded);
        hash.Bytes.CopyTo(destination[1..]);
        return destination[..(1 + Hash256.Size)];
    }

    private readonly void WritePath(ulong path, int from, int to, bool isLeaf)
    {
        Span<byte> nibbles = stackalloc byte[16];
        for (var i = from; i < to; i++) nibbles[i - from] = (byte)Nibble(path, i);
        TrieNodeCodec.WritePath(_rlp, nibbles[..(to - from)], isLeaf);
    }
}
