using Chain.Node;

namespace Chain.Tests;

/// <summary>A head that stands is told again: the first message may have been lost.</summary>
public sealed class HeadAnnouncementTests : IDisposable
{
    private readonly CoreScene _scene = new();

    public void Dispose() => _scene.Dispose();

    [Fact]
    public void A_head_that_stands_is_announced_after_half_a_minute_and_then_every_minute_also_to_a_peer_that_was_told_of_it()
    {
        var peer = _scene.Connect();
        _scene.Mine();
        Assert.Contains(_scene.Hear(peer), message => message is WireMessage.NewBlock);

        Assert.Equal([false, true, false, true, false], new[] { 29_000, 2_000, 58_000, 2_000, 58_000 }.Select(milliseconds =>
        {
            _scene.Pass(milliseconds);
            return HearsOfHead(peer);
        }));
    }

    [Fact]
    public void A_peer_that_said_that_the_head_is_its_own_is_not_told_again()
    {
        var (has, lacks) = (_scene.Connect(), _scene.Connect());
        _scene.Mine();
        _scene.Send(has, new WireMessage.NewBlockHashes([new BlockRef(_scene.Head.Number, _scene.Head.Hash)]));
        _scene.Hear(lacks);

        _scene.Pass(31_000);

        Assert.False(HearsOfHead(has));
        Assert.True(HearsOfHead(lacks));
    }

    [Fact]
    public void Genesis_is_not_announced()
    {
        var peer = _scene.Connect();
        _scene.Hear(peer);
        _scene.Pass(100_000);
        Assert.Empty(_scene.Hear(peer));
    }

    [Theory]
    [InlineData(-3_600_000)]
    [InlineData(3_600_000)]
    public void A_head_is_announced_again_although_the_clock_was_set(long jumpMs)
    {
        var peer = _scene.Connect();
        _scene.Mine();
        _scene.Now = _scene.Now.Plus(jumpMs);
        _scene.Pass(61_000);
        Assert.True(HearsOfHead(peer));
    }

    private bool HearsOfHead(PeerId peer) => _scene.Hear(peer).OfType<WireMessage.NewBlockHashes>()
        .Any(announced => announced.Blocks.Any(block => block.Hash == _scene.Head.Hash));
}
