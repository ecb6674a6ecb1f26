using Chain.Consensus.Work;

namespace Chain.Rules.Work;

/// <summary>
/// What a number of confirmations is taken for by custom, as people know it from Bitcoin. What it is worth against a given
/// attacker, <see cref="CatchUp"/> says.
/// </summary>
public static class ConfidenceLevel
{
    /// <summary>A phrase for a screen; 0 confirmations is a transfer that waits in the pool.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative confirmations.</exception>
    public static string Describe(int confirmations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(confirmations);
        return confirmations switch
        {
            0 => "seen in the pool: by custom enough for a coffee",
            1 or 2 => "first confirmations: by custom enough for an online order",
            < 6 => "confirmed: by custom enough for a car",
            < 10 => "deeply confirmed: by custom enough for a house",
            _ => "settled: by custom enough for an exchange deposit",
        };
    }
}
