using System.Diagnostics;

namespace Chain.Testnet;

/// <summary>
/// How long the nodes of a new network take until all answer, before they are started. The process that starts them is the same
/// program and has just started itself, so its own start says how fast the machine is and how much else runs on it.
/// </summary>
internal static class StartEstimate
{
    // A node opens a store, a JSON-RPC server and its peers: 8 to 10 times what a process takes that only begins to plan, and
    // something to spare.
    private const double NodeToOwnStart = 12;

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>For this process, on this machine.</summary>
    public static TimeSpan Of(int nodes)
    {
        using var own = Process.GetCurrentProcess();
        return Of(nodes, Environment.ProcessorCount, DateTime.Now - own.StartTime);
    }

    /// <param name="nodes">How many start at once.</param>
    /// <param name="processors">How many of them can run at once.</param>
    /// <param name="ownStart">How long the starting process has run until now.</param>
    public static TimeSpan Of(int nodes, int processors, TimeSpan ownStart)
    {
        var rounds = Math.Max(1, (double)nodes / processors);
        var estimate = ownStart * NodeToOwnStart * rounds;
        return estimate < Shortest ? Shortest : estimate > Longest ? Longest : estimate;
    }
}
