using Chain.Node;

namespace Chain.Tests;

/// <summary>What counts as useful of a peer, and how its penalties wear off.</summary>
public sealed class PeerCreditTests : IDisposable
{
    private readonly CoreScene _scene = new();
    private readonly PeerId _peer;

    public PeerCreditTests() => _peer = _scene.Connect();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_transaction_that_can_be_mined_is_credited_to_the_peer_that_brings_it_first()
    {
        var late = _scene.Connect();
        var transfer = PoolScene.Sign(0, 0).Transaction;

        _scene.Send(_peer, new WireMessage.Transactions([transfer]));
        _scene.Send(late, new WireMessage.Transactions([transfer]));
        _scene.Send(_peer, new WireMessage.Transactions([transfer]));

        Assert.Equal([_peer], _scene.Credited);
    }

    [Fact]
    public void What_costs_nothing_is_not_credited()
    {
        _scene.Send(_peer, new WireMessage.Transactions([PoolScene.Sign(0, 5).Transaction]));
        var unpayable = PoolScene.Sign(1, 0, tip: 1, transfer => transfer with { MaxFeePerGas = 1 });
        _scene.Send(_peer, new WireMessage.Transactions([unpayable.Transaction]));
        Assert.Equal(1, _scene.Core.View.Pool.Totals.Pending);
        _scene.Send(_peer, Announced.Bogus(0, 10));
        _scene.Send(_peer, new WireMessage.NewBlockHashes([new BlockRef(1, CoreScene.HashOf(1))]));
        _scene.Send(_peer, new WireMessage.NewBlock(_scene.Make(CoreScene.HashOf(2), 7), 1));
        _scene.Send(_peer, new WireMessage.GetBlockHeaders(1, null, 0, 1, 0, Reverse: false));
        _scene.Send(_peer, new WireMessage.BlockHeaders(77, [_scene.Genesis.Header]));
        _scene.Send(_peer, new WireMessage.NewBlock(_scene.Genesis, 1));

        Assert.Empty(_scene.Credited);
    }

    [Fact]
    public void A_block_is_credited_to_the_peer_that_brings_it_first()
    {
        var late = _scene.Connect();
        using var maker = new CoreScene();
        var receiver = maker.Connect();
        maker.Hear(receiver);
        maker.Mine();
        var sent = maker.Hear(receiver).OfType<WireMessage.NewBlock>().Single();
        _scene.Pass(2000);

        _scene.Send(_peer, sent);
        _scene.Send(late, sent);

        Assert.Equal(sent.Block.Hash, _scene.Head.Hash);
        Assert.Equal([_peer], _scene.Credited);
    }

    [Fact]
    public void Penalties_wear_off_by_a_point_a_minute()
    {
        _scene.Send(_peer, new WireMessage.NewBlockHashes([new BlockRef(1, CoreScene.HashOf(1))]));
        _scene.Pass(_scene.Limits.RequestTimeoutMs + 250);
        Assert.Equal(5, Score());

        _scene.Pass(3 * _scene.Limits.ForgivenessMs);
        Assert.Equal(2, Score());
        _scene.Pass(3 * _scene.Limits.ForgivenessMs);
        Assert.Equal(0, Score());
    }

    private int Score() => Assert.Single(_scene.Core.View.Peers).Score;
}
