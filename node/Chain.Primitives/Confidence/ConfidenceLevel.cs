namespace Chain.Primitives;

/// <summary>What a number of confirmations is good for, in the words that people know from Bitcoin.</summary>
public static class ConfidenceLevel
{
    /// <summary>A phrase for a screen; 0 confirmations is a transfer that waits in the pool.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative confirmations.</exception>
    public static string Describe(int confirmations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(confirmations);
        return confirmations switch
        {
            0 => "seen in the pool: enough for a coffee",
            1 or 2 => "first confirmations: enough for an online order",
            < 6 => "confirmed: enough for a car",
            < 10 => "deeply confirmed: enough for a house",
            _ => "settled: enough for an exchange deposit",
        };
    }
}
