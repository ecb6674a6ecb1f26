using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Lists and signatures as the stake messages write them.</summary>
internal static class StakeRlp
{
    public delegate T ItemReader<out T>(ref RlpReader rlp);

    public static void WriteList<T>(RlpWriter rlp, IReadOnlyList<T> items, Action<T, RlpWriter> write)
    {
        rlp.StartList();
        foreach (var item in items) write(item, rlp);
        rlp.EndList();
    }

    public static List<T> ReadList<T>(ref RlpReader outer, ItemReader<T> read)
    {
        var rlp = outer.ReadList();
        var items = new List<T>();
        while (!rlp.IsAtEnd) items.Add(read(ref rlp));
        return items;
    }

    /// <summary>r ‖ s ‖ yParity, 65 bytes.</summary>
    public static void WriteSignature(RlpWriter rlp, Signature signature)
    {
        Span<byte> bytes = stackalloc byte[Signature.Size];
        signature.CopyTo(bytes);
        rlp.Write(bytes);
    }

    public static Signature ReadSignature(ref RlpReader rlp) => Signature.FromBytes(rlp.ReadBytes(Signature.Size));

    public static void WriteSignatures(RlpWriter rlp, IReadOnlyList<Signature> signatures)
    {
        rlp.StartList();
        foreach (var signature in signatures) WriteSignature(rlp, signature);
        rlp.EndList();
    }

    public static List<Signature> ReadSignatures(ref RlpReader outer) => ReadList(ref outer, ReadSignature);
}
