using System.Runtime.InteropServices;
using System.Text;
using Chain.Primitives;

namespace Chain.Mining;

/// <summary>
/// An engine in a native library (Chain.Mining.Native), compiled for instructions that the program itself was not compiled for.
/// The library stays loaded until the program ends.
/// </summary>
public sealed unsafe class LibrarySearcher : INonceSearcher
{
    /// <summary>The library's functions; Chain.Mining.Native documents them.</summary>
    public const string NameExport = "chain_search_name", SearchExport = "chain_search";

    // Nonces between two looks at the cancellation, as in LaneSearcher.
    private const int Chunk = 1024;
    private const int LongestName = 32;

    private readonly delegate* unmanaged<byte*, byte*, ulong, int, ulong*, int> _search;

    private LibrarySearcher(string name, delegate* unmanaged<byte*, byte*, ulong, int, ulong*, int> search)
    {
        Name = name;
        _search = search;
    }

    public string Name { get; }

    /// <summary>The library's file, beside the program.</summary>
    public static string FileName =>
        OperatingSystem.IsWindows() ? "chain-search.dll" : OperatingSystem.IsMacOS() ? "chain-search.dylib" : "chain-search.so";

    /// <summary>
    /// The engine in this file; null if the file is absent or not this library. It must have been compiled for instructions that
    /// the processor has: otherwise loading it ends the program.
    /// </summary>
    public static LibrarySearcher? Load(string path)
    {
        if (!NativeLibrary.TryLoad(path, out var library)) return null;
        if (!NativeLibrary.TryGetExport(library, NameExport, out var name)) return null;
        if (!NativeLibrary.TryGetExport(library, SearchExport, out var search)) return null;
        var buffer = stackalloc byte[LongestName];
        var length = ((delegate* unmanaged<byte*, int, int>)name)(buffer, LongestName);
        if (length < 0) return null;
        return new LibrarySearcher(Encoding.ASCII.GetString(buffer, length),
            (delegate* unmanaged<byte*, byte*, ulong, int, ulong*, int>)search);
    }

    public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
    {
        var sealHash = stackalloc byte[Hash256.Size];
        job.SealHash.CopyTo(new Span<byte>(sealHash, Hash256.Size));
        var target = stackalloc byte[Hash256.Size];
        job.Target.WriteBigEndian(new Span<byte>(target, Hash256.Size));
        var solutions = stackalloc ulong[Chunk];
        var found = new List<ulong>();
        var done = 0UL;
        while (done < count && !ct.IsCancellationRequested)
        {
            var chunk = (int)Math.Min(Chunk, count - done);
            var solved = _search(sealHash, target, unchecked(firstNonce + done), chunk, solutions);
            found.AddRange(new ReadOnlySpan<ulong>(solutions, solved));
            done += (ulong)chunk;
        }

        return new SearchResult(done, found);
    }
}
