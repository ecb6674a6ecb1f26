using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// Finds the highest block that two chains share, from answers to the question "which of these heights do we have in common?".
/// All heights up to <see cref="Low"/> are shared, none above <see cref="High"/> is. An answer counts only when it has exactly
/// the heights that were asked for, and then leaves one of the gaps between them: every answer narrows the search to about a
/// 32nd.
/// </summary>
internal sealed class AncestorSearch(ulong low, ulong high)
{
    private const ulong Probes = 32;

    public ulong Low { get; private set; } = low;

    public ulong High { get; private set; } = high;

    public bool IsDone => Low >= High;

    /// <summary>The header of <see cref="Low"/>; null while that is where the search began.</summary>
    public SealedHeader? Shared { get; private set; }

    /// <summary>The header just above <see cref="High"/>; null while that is where the search began.</summary>
    public SealedHeader? Apart { get; private set; }

    /// <summary>The next heights to ask for: the first, how many to leave out between two, how many.</summary>
    public (ulong Start, ulong Skip, ulong Count) NextProbe()
    {
        var span = High - Low;
        var step = Math.Max(1, span / Probes);
        return (Low + step, step - 1, Math.Min(Probes, span / step));
    }

    /// <summary>Takes the answer to <see cref="NextProbe"/>; false, and nothing is learned, when it is none.</summary>
    /// <param name="headers">One of each height asked for, in order.</param>
    /// <param name="isShared">Whether a header is here.</param>
    public bool Take(IReadOnlyList<SealedHeader> headers, Func<SealedHeader, bool> isShared)
    {
        var (start, skip, count) = NextProbe();
        if ((ulong)headers.Count != count) return false;
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers[i].Number != start + ((ulong)i * (skip + 1))) return false;
        }

        foreach (var header in headers)
        {
            if (!isShared(header))
            {
                (High, Apart) = (header.Number - 1, header);
                break;
            }

            (Low, Shared) = (header.Number, header);
        }

        return true;
    }
}
