using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// H^n(seed) for any n up to a length. Values at regular distances, about the square root of the length, are kept once they
/// were passed, so that the first answer costs up to the whole chain and every later one a distance. Not for several threads at
/// once.
/// </summary>
internal sealed class HashChain
{
    private readonly ulong _distance;
    private readonly List<Hash256> _kept;

    public HashChain(Hash256 seed, ulong length)
    {
        _distance = Math.Max(1, (ulong)Math.Ceiling(Math.Sqrt(length)));
        _kept = [seed];
    }

    /// <summary>H^steps(seed); steps is at most the length.</summary>
    public Hash256 At(ulong steps)
    {
        var nearest = Math.Min(steps / _distance, (ulong)_kept.Count - 1);
        var hash = _kept[(int)nearest];
        for (var at = nearest * _distance; at < steps;)
        {
            hash = SpecHash.Hash(hash.Bytes);
            at++;
            if (at == (ulong)_kept.Count * _distance) _kept.Add(hash);
        }

        return hash;
    }
}
