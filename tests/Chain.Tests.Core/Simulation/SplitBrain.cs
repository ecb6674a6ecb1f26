using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>A network of four nodes that makes two histories final.</summary>
internal static class SplitBrain
{
    /// <summary>Who signs on both sides.</summary>
    public static readonly IReadOnlyList<int> Twins = [0, 1, 2, 3, 4, 6];

    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(16);

    /// <summary>
    /// Two halves of the honest stake, apart, and six of sixteen validators in both; each half has made epochs final that the
    /// other excludes.
    /// </summary>
    public static SimulatedNetwork Run(int secondsIntoTheEpoch) =>
        RunApart((5 * Epoch) + TimeSpan.FromSeconds(secondsIntoTheEpoch));

    /// <summary>The same halves, apart for so long from the start of the third epoch on.</summary>
    public static SimulatedNetwork RunApart(TimeSpan apart)
    {
        var network = SimulatedStake.Create(nodes: 4, validators: 16, seed: 30);
        network.Run(3 * Epoch);
        network.Partition([0, 1], [2, 3]);
        var twins = Twins.Select(index => new SimulatedValidator(SimulatedStake.SecretOf(index), IsTwin: true)).ToList();
        foreach (var index in new[] { 0, 2 })
        {
            var own = network.Nodes[index].Crew().Validators.Where(mine =>
                !twins.Exists(twin => twin.Secret.Key.Equals(mine.Secret.Key)));
            network.SetValidators(index, [.. own, .. twins]);
        }

        foreach (var index in new[] { 1, 3 })
            network.SetValidators(index,
                [.. network.Nodes[index].Crew().Validators.Where(mine =>
                    !twins.Exists(twin => twin.Secret.Key.Equals(mine.Secret.Key)))]);

        network.Run(apart);
        return network;
    }
}
