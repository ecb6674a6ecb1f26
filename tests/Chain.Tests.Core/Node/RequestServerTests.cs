using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>What one question of a peer gets, and what work it is.</summary>
public sealed class RequestServerTests : IDisposable
{
    private readonly CoreScene _scene = new(new NodeLimits { AncestorSteps = 64 });
    private readonly PeerId _peer;

    public RequestServerTests()
    {
        _scene.Mine(40);
        _peer = _scene.Connect(1);
    }

    public void Dispose() => _scene.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_question_for_no_headers_gets_none(bool reverse) => Assert.Empty(Ask(_scene.Head.Hash, 0, 0, reverse));

    [Theory]
    [InlineData(5, 0, 3, false, new ulong[] { 5, 6, 7 })]
    [InlineData(5, 9, 4, false, new ulong[] { 5, 15, 25, 35 })]
    [InlineData(35, 9, 9, true, new ulong[] { 35, 25, 15, 5 })]
    [InlineData(3, 2, 9, true, new ulong[] { 3, 0 })]
    [InlineData(39, ulong.MaxValue, 2, false, new ulong[] { 39 })]
    [InlineData(39, ulong.MaxValue, 2, true, new ulong[] { 39 })]
    public void Canonical_headers_come_by_number(ulong start, ulong skip, ulong limit, bool reverse, ulong[] expected) =>
        Assert.Equal(expected, Ask(HashAt(start), limit, skip, reverse).Select(header => header.Number));

    [Fact]
    public void The_ancestors_of_a_block_beside_the_chain_are_its_own_also_where_many_are_skipped()
    {
        var branch = Branch(from: 20, length: 8);

        Assert.Equal(
            [branch[7].Hash, branch[3].Hash, HashAt(20), HashAt(16)],
            Ask(branch[7].Hash, 4, 3, reverse: true).Select(header => header.Hash));
        Assert.Equal([branch[7].Hash, HashAt(7)], Ask(branch[7].Hash, 2, 20, reverse: true).Select(header => header.Hash));
    }

    [Fact]
    public void Walking_down_a_branch_is_bounded_by_the_steps_of_one_question()
    {
        using var scene = new CoreScene(new NodeLimits { AncestorSteps = 4 });
        scene.Mine(40);
        var peer = scene.Connect(1);
        var branch = Branch(scene, peer, from: 20, length: 12);
        var before = scene.Reads.Count;

        var question = new WireMessage.GetBlockHeaders(7, branch[^1].Hash, 0, 1024, 1, Reverse: true);
        var answer = Answer<WireMessage.BlockHeaders>(scene, peer, question);

        Assert.Equal([branch[11].Hash, branch[9].Hash, branch[7].Hash], answer.Headers.Select(header => header.Hash));
        Assert.InRange(scene.Reads.Count - before, 0, 32);
    }

    [Fact]
    public void An_answer_of_bodies_or_receipts_ends_after_so_many_reads()
    {
        var known = Enumerable.Repeat(HashAt(3), 1024).ToList();

        Assert.Equal(256, Answer<WireMessage.BlockBodies>(_scene, _peer, new WireMessage.GetBlockBodies(1, known)).Bodies.Count);
        Assert.Equal(256, Answer<WireMessage.Receipts>(_scene, _peer, new WireMessage.GetReceipts(1, known)).Blocks.Count);
        Assert.Equal(256, Answer<WireMessage.Sidecars>(_scene, _peer, new WireMessage.GetSidecars(1, known)).Items.Count);
    }

    [Fact]
    public void A_body_that_the_store_has_is_served_without_finding_out_who_signed_it()
    {
        using var scene = new CoreScene(new NodeLimits { RecentBlockBytes = 0 });
        scene.Mine(2);
        var peer = scene.Connect(1);
        var nobodys = PoolScene.Sign(0, 0).Transaction.Unsigned.WithSignature(default);
        scene.Reads.OtherBody = new BlockBody([nobodys], null);

        var question = new WireMessage.GetBlockBodies(1, [scene.Reads.GetCanonicalHash(1)!.Value]);
        var body = Assert.Single(Answer<WireMessage.BlockBodies>(scene, peer, question).Bodies);

        Assert.Equal(nobodys, Assert.Single(body.Transactions));
    }

    private IReadOnlyList<SealedHeader> Ask(Hash256 start, ulong limit, ulong skip, bool reverse) =>
        Answer<WireMessage.BlockHeaders>(_scene, _peer, Question(start, limit, skip, reverse)).Headers;

    private static WireMessage.GetBlockHeaders Question(Hash256 start, ulong limit, ulong skip, bool reverse) =>
        new(7, start, 0, limit, skip, reverse);

    private static T Answer<T>(CoreScene scene, PeerId peer, WireMessage question)
        where T : WireMessage => Assert.IsType<T>(Assert.Single(scene.Send(peer, question)).Message);

    private Hash256 HashAt(ulong number) => _scene.Reads.GetCanonicalHash(number)!.Value;

    private List<SealedHeader> Branch(ulong from, int length) => Branch(_scene, _peer, from, length);

    /// <summary>Blocks beside the chain, each too light to win.</summary>
    private static List<SealedHeader> Branch(CoreScene scene, PeerId peer, ulong from, int length)
    {
        var headers = new List<SealedHeader>();
        var parent = scene.Reads.GetHeader(scene.Reads.GetCanonicalHash(from)!.Value)!;
        for (var i = 0; i < length; i++)
        {
            var block = scene.MakeOn(parent, seconds: 3);
            scene.Send(peer, new WireMessage.NewBlock(block, UInt256.Zero));
            headers.Add(parent = block.Header);
        }

        return headers;
    }
}
