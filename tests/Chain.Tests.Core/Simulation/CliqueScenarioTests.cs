using Chain.Rules.Clique;

namespace Chain.Tests;

public sealed class CliqueScenarioTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(4)]
    [InlineData(2)]
    public void A_hurt_network_of_signers_heals_goes_on_and_its_ledger_adds_up(int nodes)
    {
        for (var seed = 1UL; seed <= 6; seed++) Assert.Null(CliqueScenario.Run(seed, nodes).Failure);
    }

    [Theory]
    [InlineData(959UL)]
    [InlineData(987UL)]
    public void A_chain_goes_on_although_the_only_signer_that_may_go_on_never_got_the_last_block(ulong seed) =>
        Assert.Null(CliqueScenario.Run(seed).Failure);

    [Fact]
    public void Equal_seeds_give_equal_histories_and_others_others()
    {
        var trace = CliqueScenario.Run(seed: 7).Trace;
        Assert.Equal(trace, CliqueScenario.Run(seed: 7).Trace);
        Assert.NotEqual(trace, CliqueScenario.Run(seed: 8).Trace);
    }
}
