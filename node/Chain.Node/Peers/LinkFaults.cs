namespace Chain.Node;

/// <summary>What a link does to each message that leaves over it; what comes in suffers at its sender.</summary>
/// <param name="DelayMs">Added before it is sent; the order of messages stays.</param>
/// <param name="JitterMs">A random part of the delay on top, from 0 up to this.</param>
/// <param name="LossRatio">From 0 to 1. A greeting (Status) is never lost.</param>
/// <param name="DuplicateRatio">From 0 to 1.</param>
public sealed record LinkFaults(int DelayMs, int JitterMs, double LossRatio, double DuplicateRatio)
{
    /// <summary>The longest delay, jitter included.</summary>
    public const int MaxDelayMs = 600_000;

    /// <summary>Whether it does nothing to a message.</summary>
    public bool IsSound() => DelayMs == 0 && JitterMs == 0 && LossRatio == 0 && DuplicateRatio == 0;

    /// <summary>What is wrong with these numbers; null when nothing is.</summary>
    public string? FindProblem() =>
        DelayMs is < 0 or > MaxDelayMs ? $"A delay is from 0 to {MaxDelayMs} ms, not {DelayMs}."
        : JitterMs is < 0 or > MaxDelayMs ? $"A jitter is from 0 to {MaxDelayMs} ms, not {JitterMs}."
        : LossRatio is not (>= 0 and <= 1) ? $"A loss is a ratio from 0 to 1, not {LossRatio}."
        : DuplicateRatio is not (>= 0 and <= 1) ? $"A share of duplicates is a ratio from 0 to 1, not {DuplicateRatio}."
        : null;
}
