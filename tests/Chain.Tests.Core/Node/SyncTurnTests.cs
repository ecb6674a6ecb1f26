using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Sync with an honest leader among peers that claim much and bring little.</summary>
public sealed class SyncTurnTests : IDisposable
{
    private const int Blocks = 40;

    private readonly CoreScene _source = new();
    private readonly CoreScene _scene = new(new NodeLimits { BodiesPerRequest = 4 });
    private readonly Queue<WireMessage> _asked = new();
    private readonly PeerId _server;

    public SyncTurnTests()
    {
        _server = _source.Connect();
        for (var i = 0; i < Blocks; i++)
        {
            Assert.Null(_source.Submit(PoolScene.Sign(0, (ulong)i)));
            _source.Mine();
        }

        _scene.Pass((int)_source.Now.Since(_scene.Now));
    }

    public void Dispose()
    {
        _scene.Dispose();
        _source.Dispose();
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(20, false)]
    public void Helpers_that_bring_nothing_or_little_hold_up_neither_the_session_nor_its_leader(int count, bool oneBodyEach)
    {
        var helpers = Enumerable.Range(0, count).Select(_ => _scene.Connect()).ToList();
        var leader = _scene.Connect();
        Send(leader, new WireMessage.NewBlock(_source.Reads.GetBlock(_source.Head.Hash)!, _source.Core.View.HeadTotalDifficulty),
            leader);
        foreach (var helper in helpers)
            Send(helper, new WireMessage.BlockRangeUpdate(0, _source.Head.Number, _source.Head.Hash), leader);

        for (var i = 0; i < 160 && _scene.Head.Hash != _source.Head.Hash; i++)
        {
            AnswerAll(leader);
            foreach (var helper in helpers.Where(_ => oneBodyEach && i % 15 == 14)) AnswerOneBody(helper, leader);
            Note(_scene.Tick(250), leader);
        }

        Assert.Equal(_source.Head.Hash, _scene.Head.Hash);
        Assert.Equal(0, _scene.ScoreOf(leader));
    }

    [Fact]
    public void A_forged_body_costs_its_sender_and_neither_the_leader_nor_the_block()
    {
        var forger = _scene.Connect();
        var leader = _scene.Connect();
        Send(leader, new WireMessage.NewBlock(_source.Reads.GetBlock(_source.Head.Hash)!, _source.Core.View.HeadTotalDifficulty),
            leader);
        Send(forger, new WireMessage.BlockRangeUpdate(0, _source.Head.Number, _source.Head.Hash), leader);

        for (var i = 0; i < 20 && _scene.Head.Hash != _source.Head.Hash; i++)
        {
            foreach (var request in _scene.Hear(forger).OfType<WireMessage.GetBlockBodies>())
            {
                Send(forger, new WireMessage.BlockBodies(request.RequestId, [.. request.Hashes.Select(_ => BlockBody.Empty)]),
                    leader);
            }

            AnswerAll(leader);
            Note(_scene.Tick(250), leader);
        }

        Assert.Equal(_source.Head.Hash, _scene.Head.Hash);
        Assert.Equal([forger], _scene.Gone);
        Assert.Equal(0, _scene.ScoreOf(leader));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void A_peer_that_failed_before_gets_its_turn_although_ever_new_ones_claim_more(int failures)
    {
        var honest = _scene.Connect();
        var liars = 0;
        _scene.Send(honest, new WireMessage.BlockRangeUpdate(0, 100, CoreScene.HashOf(1)));
        for (var i = 0; i < failures; i++)
        {
            _scene.Pass(70_000);
            _scene.Send(honest, new WireMessage.BlockRangeUpdate(0, 101 + (ulong)i, CoreScene.HashOf(2 + i)));
        }

        _scene.Hear(honest);
        _scene.Send(honest, new WireMessage.BlockRangeUpdate(0, 1000, CoreScene.HashOf(1000)));
        for (var i = 0; i < 60; i++)
        {
            var liar = _scene.Connect(10_000 + liars++);
            _scene.Send(liar, new WireMessage.BlockRangeUpdate(0, 5000 + (ulong)i, CoreScene.HashOf(5000 + i)));
            _scene.Pass(2000);
        }

        Assert.Contains(_scene.Hear(honest).OfType<WireMessage.GetBlockHeaders>(),
            ask => ask.StartHash == CoreScene.HashOf(1000));
    }

    private void AnswerAll(PeerId leader)
    {
        while (_asked.TryDequeue(out var question))
        {
            foreach (var (_, answer) in _source.Send(_server, question)) Send(leader, answer, leader);
        }
    }

    private void AnswerOneBody(PeerId helper, PeerId leader)
    {
        foreach (var request in _scene.Hear(helper).OfType<WireMessage.GetBlockBodies>())
        {
            Send(helper, new WireMessage.BlockBodies(request.RequestId, [_source.Reads.GetBlock(request.Hashes[0])!.Body]),
                leader);
        }
    }

    private void Send(PeerId peer, WireMessage message, PeerId leader) => Note(_scene.Send(peer, message), leader);

    private void Note(IEnumerable<(PeerId Peer, WireMessage Message)> sent, PeerId leader)
    {
        foreach (var (peer, message) in sent)
        {
            if (peer == leader) _asked.Enqueue(message);
        }
    }
}
