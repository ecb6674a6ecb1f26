using Chain.Rules.Stake;
using Chain.Simulation;

namespace Chain.Tests;

/// <summary>How close `safe` follows the head: the fast confirmation rule on the small committees of test networks.</summary>
public sealed class StakeSafeTests
{
    [Theory]
    [InlineData(4, 16, false)]
    [InlineData(5, 20, false)]
    [InlineData(6, 24, true)]
    [InlineData(6, 12, true)]
    [InlineData(8, 16, true)]
    public void Safe_is_a_few_blocks_old_and_after_a_disturbance_becomes_so_again_only_where_an_epoch_has_six_slots(
        ulong slotsPerEpoch, int validators, bool comesBack)
    {
        var settings = SimulatedStake.Settings with { SlotsPerEpoch = slotsPerEpoch };
        var network = SimulatedStake.Create(nodes: 4, validators, seed: 80, settings);
        var slot = TimeSpan.FromMilliseconds(settings.SlotDurationMs);
        var epochs = (int)slotsPerEpoch * slot;
        network.Run(slot / 20);

        for (var i = 0; i < (int)slotsPerEpoch * 5; i++)
        {
            network.Run(slot);
            Assert.InRange(Distance(network), 1UL, 6UL);
        }

        network.Kill(1);
        network.Run(2 * epochs);
        network.Restart(1);
        network.Run((4 * epochs) + slot);

        for (var i = 0; i < (int)slotsPerEpoch * 4; i++)
        {
            network.Run(slot);
            var view = network.Nodes[0].Core.View;
            if (comesBack) Assert.InRange(Distance(network), 1UL, 6UL);
            else Assert.Equal(view.Finalized.Number, view.Safe.Number);
        }
    }

    private static ulong Distance(SimulatedNetwork network) =>
        network.Nodes[0].Core.View is var view ? view.Head.Number - view.Safe.Number : 0;
}
