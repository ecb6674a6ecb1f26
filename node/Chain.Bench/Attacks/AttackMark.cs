namespace Chain.Bench;

/// <summary>One figure of an attack with the bound that it has to keep.</summary>
/// <param name="Bound">In words, such as "at least 0.9".</param>
/// <param name="IsMet">Whether the bound is kept.</param>
/// <param name="Baseline">The same without the attack, measured in the same run; null where there is none.</param>
public sealed record AttackMark(string Name, double Value, string Unit, string Bound, bool IsMet, double? Baseline = null);
