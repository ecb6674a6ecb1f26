namespace Chain.Mining;

/// <summary>How a <see cref="SearchSession"/> searches.</summary>
public sealed record SearchSessionOptions
{
    /// <summary>
    /// The engine of each thread, one entry a thread: the same engine several times, or a device's beside them.
    /// </summary>
    public required IReadOnlyList<INonceSearcher> Engines { get; init; }

    /// <summary>The first nonce. Draw it at random: two miners of one template must not search the same range.</summary>
    public required ulong FirstNonce { get; init; }

    /// <summary>Hashes a second of all threads together; null for as many as they can.</summary>
    public double? HashesPerSecondLimit { get; init; }

    /// <summary>Search on after a solution. Off, the session rests from the first solution of a job until the next
    /// <see cref="SearchSession.SetJob"/>: further solutions would only be siblings of the same block.</summary>
    public bool KeepSearching { get; init; }

    /// <summary>The clock that batches, limit and rate are measured with.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How long one call of an engine shall take. A new job ends a running batch at once; this only sets how often
    /// threads come back for the next range.</summary>
    public TimeSpan BatchTime { get; init; } = TimeSpan.FromMilliseconds(20);
}
