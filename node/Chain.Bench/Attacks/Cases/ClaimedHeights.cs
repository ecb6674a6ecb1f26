using Chain.Node;
using Chain.Primitives;

namespace Chain.Bench;

/// <summary>
/// Peers that claim a chain which is far ahead. Whoever asks for it gets headers that nobody worked for, then the true chain up
/// to where it ends, and beyond that an empty answer, each just before the request times out: such a peer never breaks a rule
/// of the protocol.
/// </summary>
internal static class ClaimedHeights
{
    private const ulong Claimed = 1_000_000;

    private static readonly UInt256 Weight = UInt256.One << 200;

    private static readonly AttackTerrain Work = new() { Nodes = 2, Victims = [0, 1] };
    private static readonly AttackTerrain Stake = Work with { IsStake = true, BlockTime = TimeSpan.FromMilliseconds(500) };

    public static Attack Attack { get; } = new(15, "claimed-heights", "peers claim blocks that nobody made, a million of them",
    [
        Of("status", "claims a total difficulty of 2^200 in its greeting", Work, Claim.Greeting, isSealed: false),
        Of("sealed", "as status, and shows headers sealed at the least difficulty", Work, Claim.Greeting, isSealed: true),
        Of("new-block", "sends blocks sealed at the least difficulty that claim 2^200", Work, Claim.NewBlock, isSealed: true),
        Of("range", "claims the height by eth/69's BlockRangeUpdate, again and again", Work, Claim.Range, isSealed: false),
        Of("hashes", "announces hashes of such heights", Work, Claim.Hashes, isSealed: false),
        Of("stake-status", "claims the height in its greeting, by eth/69, under proof of stake", Stake, Claim.Greeting,
            isSealed: false),
        Of("stake-range", "as range, under proof of stake", Stake, Claim.Range, isSealed: false),
    ]);

    private enum Claim
    {
        Greeting,
        NewBlock,
        Range,
        Hashes,
    }

    private static AttackVariation Of(string name, string summary, AttackTerrain terrain, Claim claim, bool isSealed) =>
        new(name, summary, (scene, cancellation) => ClaimAsync(scene, claim, isSealed, cancellation))
        {
            Terrain = terrain,
            Costs = true,
        };

    private static async Task<Func<CancellationToken, Task>> ClaimAsync(
        AttackScene scene, Claim claim, bool isSealed, CancellationToken cancellation)
    {
        var branch = scene.Network.Forgery.Branch(Claimed, 128, isSealed);
        var guide = await scene.DialGuideAsync(0, cancellation);
        var truth = Answers.EmptyOnesSlowly(Answers.RelayedBy(guide));
        var head = new HostileClaim(new BlockRef(Claimed, branch[0].Hash), Weight);
        return async until =>
        {
            await using var _ = guide;
            await scene.OnEachAsync(perVictim: 2, Script, PlayAsync, until);
        };

        Task PlayAsync(HostilePeer peer, CancellationToken canceled) => RepeatAsync(scene, peer, claim, branch, canceled);

        HostileOptions Script(HostileOptions options) => options with
        {
            EthVersion = claim == Claim.Range || scene.Terrain.IsStake ? 69 : 68,
            Claim = claim == Claim.Greeting ? head : null,
            Answer = Liar(branch, truth),
        };
    }

    // Shows the forged branch to whoever asks for one of its blocks, and the truth for all heights.
    private static AnswerRule Liar(List<SealedHeader> branch, AnswerRule truth)
    {
        var forged = branch.Select((header, index) => (header.Hash, index)).ToDictionary(item => item.Hash, item => item.index);
        return (request, cancellation) => request switch
        {
            WireMessage.GetBlockHeaders { StartHash: { } hash, Reverse: true } ask when forged.TryGetValue(hash, out var from) =>
                Answers.With(new WireMessage.BlockHeaders(ask.RequestId, [.. branch.Skip(from).Take((int)ask.Limit)])),
            WireMessage.GetBlockHeaders { StartHash: { } hash } ask when forged.TryGetValue(hash, out var at) =>
                Answers.With(new WireMessage.BlockHeaders(ask.RequestId, [branch[at]])),
            _ => truth(request, cancellation),
        };
    }

    private static async Task RepeatAsync(
        AttackScene scene, HostilePeer peer, Claim claim, List<SealedHeader> branch, CancellationToken until)
    {
        for (ulong round = 0; claim != Claim.Greeting && peer.IsConnected && !until.IsCancellationRequested; round++)
        {
            WireMessage message = claim switch
            {
                Claim.Range => new WireMessage.BlockRangeUpdate(0, Claimed + round, branch[0].Hash),
                Claim.Hashes => new WireMessage.NewBlockHashes([new BlockRef(Claimed, branch[0].Hash)]),
                _ => new WireMessage.NewBlock(NextBlock(scene, branch[0].Hash, Claimed + 1 + round), Weight),
            };
            await peer.SendAsync(message, until);
            await AttackScene.WaitAsync(TimeSpan.FromSeconds(1), until);
        }
    }

    private static Block NextBlock(AttackScene scene, Hash256 parent, ulong number) =>
        new(new SealedHeader(Forgery.Seal(scene.Network.Forgery.Orphan(parent, number))), BlockBody.Empty, default);
}
