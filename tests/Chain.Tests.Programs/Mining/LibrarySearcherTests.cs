using Chain.Mining;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>
/// The engine in a library of its own. The one for AVX2 is published for these tests, so that they run on most processors.
/// </summary>
public sealed class LibrarySearcherTests
{
    private static LibrarySearcher Library(string instructionSet) =>
        LibrarySearcher.Load(PublishedLibraryFactAttribute.PathOf(instructionSet)!)
        ?? throw new InvalidOperationException("The library was not loaded.");

    [PublishedLibraryFact("x86-64-v3")]
    public void The_library_for_AVX2_names_its_engine_and_agrees_with_the_reference()
    {
        var library = Library("x86-64-v3");

        Assert.Equal("avx2", library.Name);
        Assert.Null(EngineCheck.Fault(library, seed: 11));
    }

    [PublishedLibraryFact("x86-64-v4")]
    public void The_library_for_AVX512_names_its_engine_and_agrees_with_the_reference()
    {
        var library = Library("x86-64-v4");

        Assert.Equal("avx512", library.Name);
        Assert.Null(EngineCheck.Fault(library, seed: 12));
    }

    [PublishedLibraryFact("x86-64-v3")]
    public void Returns_every_solution_of_a_range_that_is_longer_than_one_call()
    {
        var job = new SearchJob(Hash256.Zero, UInt256.MaxValue);

        var result = Library("x86-64-v3").Search(job, ulong.MaxValue - 99, 5000, CancellationToken.None);

        Assert.Equal(5000UL, result.HashesDone);
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => unchecked(ulong.MaxValue - 99 + (ulong)i)), result.Nonces);
    }

    [PublishedLibraryFact("x86-64-v3")]
    public void Stops_at_once_when_cancelled()
    {
        var result = Library("x86-64-v3").Search(new SearchJob(Hash256.Zero, UInt256.MaxValue), 0, ulong.MaxValue,
            new CancellationToken(canceled: true));

        Assert.Equal(0UL, result.HashesDone);
        Assert.Empty(result.Nonces);
    }

    [Fact]
    public void A_file_that_is_absent_or_no_library_is_not_loaded()
    {
        var folder = Directory.CreateTempSubdirectory("chain-library-");
        try
        {
            var path = Path.Combine(folder.FullName, LibrarySearcher.FileName);
            Assert.Null(LibrarySearcher.Load(path));
            File.WriteAllText(path, "not a library");
            Assert.Null(LibrarySearcher.Load(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
