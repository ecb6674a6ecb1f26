namespace Chain.Mining;

/// <summary>An engine that searches nonces. Engines keep no state between calls: any number of threads may share one.</summary>
public interface INonceSearcher
{
    /// <summary>How the engine is called on the command line and in reports.</summary>
    string Name { get; }

    /// <summary>
    /// Tries <paramref name="count"/> nonces from <paramref name="firstNonce"/> on, past 2^64 - 1 to 0, and returns every
    /// solution. When <paramref name="ct"/> is cancelled it returns what it has, within a millisecond on a processor engine.
    /// </summary>
    SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct);
}
