using Chain.Host;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>The lanes to the core: turns between peers, and what they may have on the way.</summary>
public sealed class NodeInboxTests
{
    private static readonly At Now = new(1000);

    [Fact]
    public async Task Peers_take_turns_however_much_one_of_them_has_sent()
    {
        using var inbox = new NodeInbox();
        for (var i = 0; i < 100; i++) inbox.Write(new PeerId(1), Announcement(1), null);
        inbox.Write(new PeerId(2), Announcement(2), null);
        inbox.Write(new PeerId(3), Announcement(3), null);

        Assert.Equal([1, 2, 3, 1, 1], await ReadPeersAsync(inbox, 5));
    }

    [Fact]
    public async Task A_tick_comes_first_and_only_the_latest_waits()
    {
        using var inbox = new NodeInbox();
        inbox.Write(new PeerId(1), Announcement(1), null);
        for (var i = 1; i <= 10; i++) Assert.True(inbox.TryWrite(new NodeInput.Tick(Now.Plus(i))));

        Assert.Equal(2, inbox.Waiting);
        Assert.Equal(new NodeInput.Tick(Now.Plus(10)), await inbox.ReadAsync());
        Assert.IsType<NodeInput.MessageReceived>(await inbox.ReadAsync());
        Assert.Equal(0, inbox.Waiting);
    }

    [Fact]
    public async Task A_flood_of_blocks_leaves_turns_for_answers_and_transactions()
    {
        using var inbox = new NodeInbox();
        for (var i = 0; i < 200; i++) inbox.Write(new PeerId(1), Announcement(1), null);
        inbox.Write(new PeerId(2), new NodeInput.MessageReceived(Now, new PeerId(2), new WireMessage.BlockBodies(1, [])), null);
        inbox.Write(new PeerId(3), new NodeInput.MessageReceived(Now, new PeerId(3), new WireMessage.Transactions([])), null);

        var order = await ReadPeersAsync(inbox, 100);

        Assert.InRange(order.IndexOf(2), 1, 40);
        Assert.InRange(order.IndexOf(3), 1, 80);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(200, 80)]
    public async Task A_flood_of_questions_leaves_every_other_turn_to_transactions_also_beside_a_flood_of_blocks(
        int blocks, int within)
    {
        using var inbox = new NodeInbox();
        for (var i = 0; i < blocks; i++) inbox.Write(new PeerId(1), Announcement(1), null);
        var question = new NodeInput.MessageReceived(Now, new PeerId(2), new WireMessage.GetReceipts(1, []));
        for (var i = 0; i < 200; i++) inbox.Write(new PeerId(2), question, null);
        inbox.Write(new PeerId(3), new NodeInput.MessageReceived(Now, new PeerId(3), new WireMessage.Transactions([])), null);

        Assert.Contains(3, await ReadPeersAsync(inbox, within));
    }

    [Fact]
    public async Task Submissions_that_wait_come_as_one_and_others_keep_their_turn()
    {
        using var inbox = new NodeInbox();
        for (var i = 0; i < 5; i++)
        {
            await inbox.WriteAsync(
                new NodeInput.SubmitTransactions(Now, [(new RequestId(i), SampleMessages.Transaction(i).Recover()!)]), default);
        }

        inbox.Write(new PeerId(2), new NodeInput.MessageReceived(Now, new PeerId(2), new WireMessage.Transactions([])), null);

        Assert.Equal(5, Assert.IsType<NodeInput.SubmitTransactions>(await inbox.ReadAsync()).Items.Count);
        Assert.IsType<NodeInput.MessageReceived>(await inbox.ReadAsync());
        Assert.Equal(0, inbox.Waiting);
        inbox.Close();
        Assert.Null(await inbox.ReadAsync());
    }

    [Fact]
    public async Task Room_is_given_back_once_the_core_has_handled_the_message()
    {
        using var inbox = new NodeInbox();
        var shares = new InboundShares(new InboundLimits());
        inbox.Write(new PeerId(1), Announcement(1), await shares.TakeAsync(new PeerId(1), 1000, default));
        inbox.Write(new PeerId(1), Announcement(1), await shares.TakeAsync(new PeerId(1), 500, default));

        await inbox.ReadAsync();
        Assert.Equal(1500, shares.Bytes);
        await inbox.ReadAsync();
        Assert.Equal(500, shares.Bytes);
    }

    [Fact]
    public async Task A_peer_beyond_its_messages_or_bytes_waits_and_others_do_not()
    {
        var shares = new InboundShares(
            new InboundLimits { MessagesPerPeer = 2, BytesPerPeer = 100, Bytes = 1000, BytesAlways = 10 });
        var (flooder, honest) = (new PeerId(1), new PeerId(2));
        var first = await shares.TakeAsync(flooder, 60, default);
        var tooMuch = shares.TakeAsync(flooder, 60, default).AsTask();
        Assert.False(tooMuch.IsCompleted);
        await shares.TakeAsync(honest, 60, default);

        first.Dispose();
        first.Dispose();

        var second = await tooMuch;
        await shares.TakeAsync(flooder, 1, default);
        Assert.False(shares.TakeAsync(flooder, 1, default).AsTask().IsCompleted);
        Assert.Equal((121, 1), (shares.Bytes, shares.Waiting));
        second.Dispose();
        Assert.Equal(0, shares.Waiting);
    }

    [Fact]
    public async Task When_the_whole_is_full_every_peer_still_has_a_little()
    {
        var shares = new InboundShares(new InboundLimits { BytesPerPeer = 1000, Bytes = 1000, BytesAlways = 10 });
        var flooder = await shares.TakeAsync(new PeerId(1), 5000, default);
        for (var peer = 2; peer < 50; peer++) await shares.TakeAsync(new PeerId(peer), 10, default);
        var larger = shares.TakeAsync(new PeerId(2), 500, default).AsTask();
        Assert.False(larger.IsCompleted);

        flooder.Dispose();

        await larger;
        Assert.InRange(shares.Bytes, 1, 1000 + (50 * 10));
    }

    [Fact]
    public async Task A_reader_that_gives_up_leaves_no_place_taken()
    {
        var shares = new InboundShares(new InboundLimits { MessagesPerPeer = 1 });
        var first = await shares.TakeAsync(new PeerId(1), 5, default);
        using var stopping = new CancellationTokenSource();
        var waiting = shares.TakeAsync(new PeerId(1), 5, stopping.Token).AsTask();

        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        first.Dispose();
        Assert.Equal((0L, 0), (shares.Bytes, shares.Waiting));
    }

    private static NodeInput.MessageReceived Announcement(long peer) =>
        new(Now, new PeerId(peer), new WireMessage.NewBlockHashes([]));

    private static async Task<List<long>> ReadPeersAsync(NodeInbox inbox, int count)
    {
        var peers = new List<long>();
        for (var i = 0; i < count; i++) peers.Add(((NodeInput.MessageReceived)(await inbox.ReadAsync())!).Peer.Number);
        return peers;
    }
}
