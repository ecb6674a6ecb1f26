namespace Chain.Node;

/// <summary>
/// Finds the highest block that two chains share, from answers to the question "which of these heights do we have in common?".
/// All heights up to <see cref="Low"/> are shared, none above <see cref="High"/> is.
/// </summary>
internal sealed class AncestorSearch(ulong low, ulong high)
{
    private const ulong Probes = 32;

    public ulong Low { get; private set; } = low;

    public ulong High { get; private set; } = high;

    public bool IsDone => Low >= High;

    /// <summary>The next heights to ask for: the first, how many to leave out between two, how many.</summary>
    public (ulong Start, ulong Skip, ulong Count) NextProbe()
    {
        var span = High - Low;
        var step = Math.Max(1, span / Probes);
        return (Low + step, step - 1, Math.Min(Probes, span / step));
    }

    /// <summary>Takes in whether this height is shared.</summary>
    public void Learn(ulong height, bool shared)
    {
        if (shared) Low = Math.Max(Low, height);
        else High = Math.Min(High, height - 1);
    }
}
