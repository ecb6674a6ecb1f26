using Chain.Primitives;

namespace Chain.Simulation;

/// <summary>A history under a rule without finality: what it did to the heads of the nodes.</summary>
public sealed record ReorgHistory : SimulatedHistory
{
    /// <summary>Reorganisations of all nodes.</summary>
    public required int Reorgs { get; init; }

    /// <summary>The most blocks that one of them took away.</summary>
    public required int DeepestReorg { get; init; }

    public override string Course => $"{Reorgs,3} reorgs, deepest {DeepestReorg}";

    public override IReadOnlyList<SimulationFact> Facts => [new("reorgs", Reorgs), new("deepestReorg", DeepestReorg)];

    /// <summary>What is to be said of a network at the end.</summary>
    /// <param name="begin">When the network's time began.</param>
    public static ReorgHistory Of(SimulatedNetwork network, ulong seed, At begin, string? failure)
    {
        ArgumentNullException.ThrowIfNull(network);
        var reorgs = network.Nodes.SelectMany(node => node.Core.View.Reorgs).ToList();
        return new ReorgHistory
        {
            Seed = seed,
            Trace = network.Trace.Digest,
            Failure = failure,
            Height = network.Nodes[0].Core.View.Head.Number,
            Reorgs = reorgs.Count,
            DeepestReorg = reorgs.Count == 0 ? 0 : reorgs.Max(reorg => reorg.Depth),
            SimulatedTime = TimeSpan.FromMilliseconds(network.Now.Since(begin)),
        };
    }
}
