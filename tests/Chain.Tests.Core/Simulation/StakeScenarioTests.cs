using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>Random histories of networks of validators, each from a seed.</summary>
public sealed class StakeScenarioTests
{
    // Two histories made final that took more than the votes for the latest to prove, and one of another branch that was about to
    // be final.
    private static readonly ulong[] SplitBrains = [39, 61, 231];

    // The same where only its headers tell where the other branch leaves, or where on one side validators left, joined or were
    // slashed.
    private static readonly ulong[] UnlikeBranches = [27, 116, 185, 295, 315, 330, 453, 1688];

    // Two sides that met with one finality and each made another final from there on.
    private static readonly ulong[] LateConflicts = [437];

    // Finality that comes late because newcomers enter, and because withheld blocks cost the votes that it takes.
    private static readonly ulong[] SlowReturns = [540, 984];

    public static TheoryData<ulong> Seeds =>
        [.. Enumerable.Range(1, 24).Select(seed => (ulong)seed), .. SplitBrains, .. UnlikeBranches, .. LateConflicts,
            .. SlowReturns];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_network_that_was_hurt_and_healed_keeps_what_proof_of_stake_promises(ulong seed)
    {
        var result = StakeScenario.Run(seed);
        Assert.True(result.Passed, $"seed {seed}, {result.Hostile}: {result.Failure}");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Equal_seeds_give_equal_histories_and_others_do_not(ulong seed)
    {
        var first = StakeScenario.Run(seed);
        Assert.Equal(first, StakeScenario.Run(seed));
        Assert.NotEqual(first.Trace, StakeScenario.Run(seed + 1).Trace);
    }
}
