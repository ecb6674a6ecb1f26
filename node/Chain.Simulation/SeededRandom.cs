namespace Chain.Simulation;

/// <summary>
/// Numbers from a seed, the same on every machine and in every version of the runtime: SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
public sealed class SeededRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong NextUInt64()
    {
        _state += 0x9e3779b97f4a7c15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// <summary>From 0 up to, not including, the bound.</summary>
    public int Next(int bound) => (int)(NextUInt64() % (ulong)bound);

    /// <summary>From 0 up to, not including, 1.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Whether something with this probability happens.</summary>
    public bool Chance(double probability) => NextDouble() < probability;

    /// <summary>A waiting time with this mean, exponentially distributed: the time until a block is found.</summary>
    public double NextExponential(double mean) => -mean * Math.Log(1 - NextDouble());
}
