using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>What outside miners report of themselves with `eth_submitHashrate`; forgotten when they fall silent.</summary>
internal sealed class HashRates(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(30);
    private const int MaxMiners = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<Hash256, (UInt256 Rate, long At)> _rates = [];

    /// <summary>False when too many miners report already.</summary>
    public bool Report(Hash256 miner, UInt256 hashesPerSecond)
    {
        lock (_gate)
        {
            Forget();
            if (_rates.Count >= MaxMiners && !_rates.ContainsKey(miner)) return false;
            _rates[miner] = (hashesPerSecond, time.GetTimestamp());
            return true;
        }
    }

    /// <summary>Hashes a second of all that reported lately.</summary>
    public double Total
    {
        get
        {
            lock (_gate)
            {
                Forget();
                var sum = 0.0;
                foreach (var (rate, _) in _rates.Values) sum += (double)rate;
                return sum;
            }
        }
    }

    private void Forget()
    {
        foreach (var (miner, (_, at)) in _rates)
        {
            if (time.GetElapsedTime(at) > Lifetime) _rates.Remove(miner);
        }
    }
}
