using Chain.Node;
using Chain.Primitives;

namespace Chain.Testnet;

/// <summary>
/// Peers that claim a chain which is far ahead. Whoever asks for it gets headers that nobody worked for, then the true chain up to where it
/// ends, and beyond that an empty answer, each just before the request times out: such a peer never breaks a rule of the protocol.
/// </summary>
internal static class ClaimedHeights
{
    private const ulong Claimed = 1_000_000;

    private static readonly UInt256 Weight = UInt256.One << 200;

    private static readonly AttackTerrain Work = new() { Nodes = 2, Victims = [0, 1] };
    private static readonly AttackTerrain Stake = new() { Nodes = 2, Victims = [0, 1], IsStake = true, BlockTime = TimeSpan.FromMilliseconds(500) };

    public static Attack Attack { get; } = new(15, "claimed-heights", "peers claim blocks up to number 1,000,000 that nobody made",
    [
        new("status", "claims a total difficulty of 2^200 in its greeting", (scene, cancellation) => ClaimAsync(scene, 68, Claim.Greeting, isSealed: false, cancellation)) { Terrain = Work, Costs = true },
        new("sealed", "as status, and shows headers sealed at the least difficulty", (scene, cancellation) => ClaimAsync(scene, 68, Claim.Greeting, isSealed: true, cancellation)) { Terrain = Work, Costs = true },
        new("new-block", "sends whole blocks with a total difficulty of 2^200, sealed at the least difficulty", (scene, cancellation) => ClaimAsync(scene, 68, Claim.NewBlock, isSealed: true, cancellation)) { Terrain = Work, Costs = true },
        new("range", "claims the height by eth/69's BlockRangeUpdate, again and again", (scene, cancellation) => ClaimAsync(scene, 69, Claim.Range, isSealed: false, cancellation)) { Terrain = Work, Costs = true },
        new("hashes", "announces hashes of such heights", (scene, cancellation) => ClaimAsync(scene, 68, Claim.Hashes, isSealed: false, cancellation)) { Terrain = Work, Costs = true },
        new("stake-status", "as status, under proof of stake", (scene, cancellation) => ClaimAsync(scene, 68, Claim.Greeting, isSealed: false, cancellation)) { Terrain = Stake, Costs = true },
        new("stake-range", "as range, under proof of stake", (scene, cancellation) => ClaimAsync(scene, 69, Claim.Range, isSealed: false, cancellation)) { Terrain = Stake, Costs = true },
    ]);

    private enum Claim
    {
        Greeting,
        NewBlock,
        Range,
        Hashes,
    }

    private static async Task<Func<CancellationToken, Task>> ClaimAsync(AttackScene scene, int ethVersion, Claim claim, bool isSealed, CancellationToken cancellation)
    {
        var branch = scene.Network.Forgery.Branch(Claimed, 128, isSealed);
        var guide = await scene.DialGuideAsync(0, cancellation);
        var truth = Answers.EmptyOnesSlowly(Answers.RelayedBy(guide));
        var head = new HostileClaim(new BlockRef(Claimed, branch[0].Hash), Weight);
        return async until =>
        {
            await using var _ = guide;
            await scene.OnEachAsync(
                perVictim: 2,
                options => options with { EthVersion = ethVersion, Claim = claim == Claim.Greeting ? head : null, Answer = Liar(branch, truth) },
                (peer, canceled) => RepeatAsync(scene, peer, claim, branch, canceled),
                until);
        };
    }

    // Shows the forged branch to whoever asks for one of its blocks, and the truth for all heights.
    private static AnswerRule Liar(List<SealedHeader> branch, AnswerRule truth)
    {
        var forged = branch.Select((header, index) => (header.Hash, index)).ToDictionary(item => item.Hash, item => item.index);
        return (request, cancellation) => request switch
        {
            WireMessage.GetBlockHeaders { StartHash: { } hash, Reverse: true } ask when forged.TryGetValue(hash, out var from) =>
                ValueTask.FromResult<WireMessage?>(new WireMessage.BlockHeaders(ask.RequestId, [.. branch.Skip(from).Take((int)ask.Limit)])),
            WireMessage.GetBlockHeaders { StartHash: { } hash } ask when forged.TryGetValue(hash, out var at) =>
                ValueTask.FromResult<WireMessage?>(new WireMessage.BlockHeaders(ask.RequestId, [branch[at]])),
            _ => truth(request, cancellation),
        };
    }

    private static async Task RepeatAsync(AttackScene scene, HostilePeer peer, Claim claim, List<SealedHeader> branch, CancellationToken until)
    {
        for (ulong round = 0; claim != Claim.Greeting && peer.IsConnected && !until.IsCancellationRequested; round++)
        {
            WireMessage message = claim switch
            {
                Claim.Range => new WireMessage.BlockRangeUpdate(0, Claimed + round, branch[0].Hash),
                Claim.Hashes => new WireMessage.NewBlockHashes([new BlockRef(Claimed, branch[0].Hash)]),
                _ => new WireMessage.NewBlock(new Block(new SealedHeader(Forgery.Seal(scene.Network.Forgery.Orphan(branch[0].Hash, Claimed + 1 + round))), BlockBody.Empty, default), Weight),
            };
            await peer.SendAsync(message, until);
            await AttackScene.WaitAsync(TimeSpan.FromSeconds(1), until);
        }
    }
}
