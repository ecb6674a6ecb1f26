namespace Chain.Storage;

/// <summary>A set of row numbers: a bit for each, in pages, so that dense runs cost little wherever they lie.</summary>
internal sealed class NumberSet
{
    private const int WordsPerPage = 64;
    private const int NumbersPerPage = WordsPerPage * 64;

    private readonly SortedDictionary<long, ulong[]> _pages = [];

    public long Count { get; private set; }

    /// <summary>Adds a number that is not in the set; from 0 on.</summary>
    public void Add(long number)
    {
        if (!_pages.TryGetValue(number / NumbersPerPage, out var page))
            _pages[number / NumbersPerPage] = page = new ulong[WordsPerPage];
        page[number % NumbersPerPage / 64] |= 1UL << (int)(number % 64);
        Count++;
    }

    public bool Contains(long number) =>
        _pages.TryGetValue(number / NumbersPerPage, out var page)
        && (page[number % NumbersPerPage / 64] & (1UL << (int)(number % 64))) != 0;

    /// <summary>All numbers, ascending.</summary>
    public IEnumerable<long> Ascending()
    {
        foreach (var (start, page) in _pages)
        {
            for (var i = 0; i < NumbersPerPage; i++)
            {
                if ((page[i / 64] & (1UL << (i % 64))) != 0) yield return (start * NumbersPerPage) + i;
            }
        }
    }
}
