using System.Text;
using Chain.Primitives;

namespace Chain.Simulation;

/// <summary>What happened in a simulation: the lines, and one hash over all of them by which two runs are compared.</summary>
public sealed class SimulationTrace
{
    private const int KeptLines = 10_000;

    private readonly Queue<string> _lines = new();
    private Hash256 _digest;

    /// <summary>How many lines there were in all.</summary>
    public long Count { get; private set; }

    /// <summary>The last lines.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>keccak256 over the digest before and each line in turn.</summary>
    public Hash256 Digest => _digest;

    public void Note(At at, int node, string what)
    {
        var line = $"{at.UnixMs} node {node} {what}";
        _digest = Keccak256.Hash([.. _digest.Bytes, .. Encoding.UTF8.GetBytes(line)]);
        _lines.Enqueue(line);
        if (_lines.Count > KeptLines) _lines.Dequeue();
        Count++;
    }
}
