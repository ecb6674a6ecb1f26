using System.Runtime.InteropServices;
using System.Text;
using Chain.Primitives;

namespace Chain.Mining.Native;

/// <summary>
/// What the library exports: its fastest engine, under the C calling convention. <see cref="LibrarySearcher"/> calls it.
/// </summary>
internal static unsafe class SearchLibrary
{
    /// <summary>Writes the engine's name in ASCII and returns its length, or -1 if it does not fit.</summary>
    [UnmanagedCallersOnly(EntryPoint = LibrarySearcher.NameExport)]
    private static int Name(byte* buffer, int capacity) =>
        Encoding.ASCII.TryGetBytes(NonceSearchers.Best.Name, new Span<byte>(buffer, capacity), out var length) ? length : -1;

    /// <summary>
    /// Tries <paramref name="count"/> nonces from <paramref name="firstNonce"/> on. Seal hash and target are 32 bytes each, the
    /// target big-endian; <paramref name="found"/> has room for <paramref name="count"/> nonces. Returns how many it holds.
    /// </summary>
    [UnmanagedCallersOnly(EntryPoint = LibrarySearcher.SearchExport)]
    private static int Search(byte* sealHash, byte* target, ulong firstNonce, int count, ulong* found)
    {
        var job = new SearchJob(Read(sealHash), Read(target).ToUInt256());
        var nonces = NonceSearchers.Best.Search(job, firstNonce, (ulong)count, CancellationToken.None).Nonces;
        for (var i = 0; i < nonces.Count; i++) found[i] = nonces[i];
        return nonces.Count;
    }

    private static Hash256 Read(byte* hash) => new(new ReadOnlySpan<byte>(hash, Hash256.Size));
}
