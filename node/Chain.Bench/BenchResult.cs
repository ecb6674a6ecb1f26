namespace Chain.Bench;

/// <summary>One figure of a benchmark.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Value">How much of <paramref name="Unit"/>.</param>
/// <param name="Ratio">Against <paramref name="Baseline"/>, measured in the same run; null where there is nothing to compare
/// with.</param>
public sealed record BenchFigure(string Name, double Value, string Unit, double? Ratio = null, string? Baseline = null);
