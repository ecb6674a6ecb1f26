using Chain.Node;
using Chain.Primitives;

namespace Chain.Bench;

/// <summary>
/// A node that was cut off for a while is to catch up, and the peer that it asks first answers so that the search for a common
/// ancestor, or the download after it, never gets anywhere. The cut is the same without the attack.
/// </summary>
internal static class StuckProbes
{
    private static readonly UInt256 Weight = UInt256.One << 200;

    private static readonly AttackTerrain Work = new() { Nodes = 3, Victims = [2], Miners = [0, 1] };
    private static readonly AttackTerrain Stake = Work with { IsStake = true, BlockTime = TimeSpan.FromMilliseconds(500) };

    public static Attack Attack { get; } = new(16, "stuck-probes", "a peer's answers keep a node from catching up",
    [
        Of("same-header", "answers every request for headers with the same one", SameHeader),
        Of("genesis-again", "answers every probe with the genesis header", GenesisAgain),
        Of("one-step", "answers each probe with a single header, just before the request times out", OneStep),
        Of("withheld-headers", "answers probes honestly, and says late that it has nothing higher", WithheldHeaders),
        Of("withheld-bodies", "shows headers that are truly sealed, and never their bodies", WithheldBodies),
        Of("stake-same-header", "as same-header, under proof of stake", SameHeader) with { Terrain = Stake },
    ]);

    private delegate Task<Deception> Deceiving(AttackScene scene, HostilePeer guide);

    private static AttackVariation Of(string name, string summary, Deceiving deceive) =>
        new(name, summary, (scene, cancellation) => PlanAsync(scene, deceive, cancellation))
        {
            Terrain = Work,
            Disturb = CutAsync,
            Costs = true,
        };

    /// <param name="Tip">The head that is claimed.</param>
    /// <param name="Rule">What is said about the way there.</param>
    private sealed record Deception(BlockRef Tip, AnswerRule Rule);

    private static async Task<Func<CancellationToken, Task>> PlanAsync(
        AttackScene scene, Deceiving deceive, CancellationToken cancellation)
    {
        var guide = await scene.DialGuideAsync(0, cancellation);

        // Under proof of stake no weight is told that would count; under eth/69 the height is.
        var ethVersion = scene.Terrain.IsStake ? 69 : 68;
        return async until =>
        {
            await using var _ = guide;
            var (tip, rule) = await deceive(scene, guide);
            await scene.OnEachAsync(
                perVictim: 2,
                options => options with { EthVersion = ethVersion, Claim = new HostileClaim(tip, Weight), Answer = rule },
                static (_, _) => Task.CompletedTask,
                until);
        };
    }

    // Three blocks come while the node is alone.
    private static async Task CutAsync(AttackScene scene, CancellationToken cancellation)
    {
        await scene.Network.CutAsync([[0, 1], [2]], cancellation);
        await Task.Delay(scene.Terrain.BlockTime * 3, cancellation);
        await scene.Network.HealAsync(cancellation);
    }

    private static Task<Deception> SameHeader(AttackScene scene, HostilePeer guide)
    {
        var branch = scene.Network.Forgery.Branch(500, 128, isSealed: !scene.Terrain.IsStake);
        return Task.FromResult(ByHash(branch, Answers.SameHeaders([branch[^1]], Answers.Empty)));
    }

    private static Task<Deception> GenesisAgain(AttackScene scene, HostilePeer guide)
    {
        var branch = scene.Network.Forgery.Branch(500, 128, isSealed: true);
        return Task.FromResult(ByHash(branch, Answers.SameHeaders([scene.Network.Genesis.Header], Answers.Empty)));
    }

    private static Task<Deception> OneStep(AttackScene scene, HostilePeer guide)
    {
        var honest = Answers.RelayedBy(guide);
        var branch = scene.Network.Forgery.Branch(500, 128, isSealed: true);
        return Task.FromResult(ByHash(branch, Answers.Slowly(FirstOnlyAsync, Answers.JustInTime)));

        async ValueTask<WireMessage?> FirstOnlyAsync(WireMessage request, CancellationToken cancellation) =>
            await honest(request, cancellation) is WireMessage.BlockHeaders { Headers: [var first, ..] } found
                ? found with { Headers = [first] }
                : Answers.EmptyAnswer(request);
    }

    private static Task<Deception> WithheldHeaders(AttackScene scene, HostilePeer guide)
    {
        var branch = scene.Network.Forgery.Branch(500, 128, isSealed: true);
        return Task.FromResult(ByHash(branch, Answers.EmptyOnesSlowly(Answers.RelayedBy(guide))));
    }

    // Real work on top of the true head, more than the network does meanwhile, under bodies that there are none of.
    private static async Task<Deception> WithheldBodies(AttackScene scene, HostilePeer guide)
    {
        var forgery = scene.Network.Forgery;
        var ancestor = await guide.AskHeaderAsync(1, CancellationToken.None) ?? scene.Network.Genesis.Header;
        var branch = new List<SealedHeader> { ancestor };
        for (var i = 0; i < 12; i++)
        {
            var header = forgery.Child(branch[0], branch[0].Header.Timestamp + 1);
            header = header with { TransactionsRoot = forgery.RandomHash(), GasUsed = 21_000 };
            branch.Insert(0, new SealedHeader(Forgery.Seal(header)));
        }

        return ByHash(branch, Answers.Slowly(Answers.Empty, Answers.JustInTime));
    }

    // Who asks by hash, or for heights of the branch, sees it; all else is up to the rule.
    private static Deception ByHash(List<SealedHeader> branch, AnswerRule otherwise) => new(
        new BlockRef(branch[0].Number, branch[0].Hash),
        (request, cancellation) => request is WireMessage.GetBlockHeaders { StartHash: { } hash } ask && hash == branch[0].Hash
            ? Answers.With(new WireMessage.BlockHeaders(ask.RequestId, [.. branch.Take((int)ask.Limit)]))
            : otherwise(request, cancellation));
}
