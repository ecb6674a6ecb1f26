using System.Net;
using System.Net.Sockets;
using Chain.Network;
using Chain.Node;

namespace Chain.Tests;

/// <summary>
/// Floods of connections that stop somewhere on the way to a peer, all from loopback, where no address tells them apart.
/// </summary>
public sealed class HandshakeFloodTests
{
    // No limit of time ends anything here: a place is free only because another handshake gave way.
    private static readonly PeerHubOptions Patient = new()
    {
        AuthTimeout = TimeSpan.FromHours(1),
        HandshakeTimeout = TimeSpan.FromHours(1),
    };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(306)]
    public async Task Sockets_that_never_finish_their_first_message_do_not_keep_an_honest_peer_out(int bytes)
    {
        await using var a = await TestHub.StartAsync(1, Patient);
        using var flood = new Flood();
        for (var i = 0; i < 200; i++) await flood.AddAsync(a, new byte[bytes]);

        await using var honest = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });

        await honest.NextAsync<PeerEvent.Connected>();
        await a.NextAsync<PeerEvent.Connected>();
        Assert.Equal(1, a.Hub.PeerCount);
        await flood.UntilClosedAsync(200 - Patient.MaxPendingHandshakes);
    }

    [Fact]
    public async Task Peers_that_prove_a_key_and_never_say_hello_do_not_keep_an_honest_peer_out()
    {
        await using var a = await TestHub.StartAsync(1, Patient with { MaxPendingHandshakes = 8 });
        var evil = new List<EvilPeer>();
        for (var i = 0; i < 12; i++) evil.Add(await EvilPeer.AuthenticateAsync(a, key: 30 + i));

        await using var honest = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });

        await honest.NextAsync<PeerEvent.Connected>();
        evil.ForEach(peer => peer.Dispose());
    }

    [Fact]
    public async Task A_storm_of_connections_that_come_and_go_does_not_keep_an_honest_peer_out()
    {
        await using var a = await TestHub.StartAsync(1, Patient with { MaxPendingHandshakes = 8 });
        using var over = new CancellationTokenSource();
        var storm = Enumerable.Range(0, 4).Select(_ => StormAsync(a.Hub.Self.Port, over.Token)).ToArray();

        await using var honest = await TestHub.StartAsync(2, new PeerHubOptions { StaticPeers = [a.Hub.Self] });
        await honest.NextAsync<PeerEvent.Connected>();

        await over.CancelAsync();
        await Task.WhenAll(storm);
    }

    [Fact]
    public async Task What_this_node_dials_is_not_held_up_by_what_comes_in()
    {
        await using var other = await TestHub.StartAsync(2);
        await using var a = await TestHub.StartAsync(1, Patient);
        using var flood = new Flood();
        for (var i = 0; i < 100; i++) await flood.AddAsync(a, []);

        a.Hub.AddPeer(other.Hub.Self);

        await a.NextAsync<PeerEvent.Connected>();
    }

    [Fact]
    public async Task A_first_message_that_drips_in_byte_by_byte_is_given_up()
    {
        var time = new ManualTime();
        await using var a = await TestHub.StartAsync(1, Patient with { AuthTimeout = TimeSpan.FromSeconds(2) }, time);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, a.Hub.Self.Port);
        var closed = Flood.EndsAsync(client.GetStream());

        // A byte each second: never silent for long, and never done.
        await TestHub.UntilAsync(async () =>
        {
            if (closed.IsCompleted) return true;
            try
            {
                await client.GetStream().WriteAsync(new byte[1]);
            }
            catch (IOException)
            {
                return true;
            }

            time.Advance(TimeSpan.FromSeconds(1));
            return false;
        });
    }

    [Fact]
    public void Of_the_handshakes_at_one_stage_the_oldest_of_the_most_crowded_source_gives_way()
    {
        var registry = new PeerRegistry(NodeId.Of(TestHub.KeyOf(1)), new PeerHubOptions { MaxPendingHandshakes = 5 });
        var (one, two) = (IPAddress.Parse("198.51.100.1"), IPAddress.Parse("198.51.100.2"));
        var few = Admit(two);
        var proven = Admit(one);
        registry.Advance(proven, HandshakeStage.Authenticated);
        var many = Enumerable.Range(0, 4).Select(_ => Admit(one)).ToList();

        for (var i = 0; i < 4; i++)
        {
            Admit(IPAddress.Parse($"203.0.113.{i}"));
            Assert.Equal(Math.Min(i + 1, 3), many.Count(handshake => handshake.GaveWay.IsCancellationRequested));
        }

        // When each source has one left it is the oldest's turn; who has come further is passed over to the end.
        Assert.True(many[0].GaveWay.IsCancellationRequested);
        Assert.True(few.GaveWay.IsCancellationRequested);
        Assert.False(many[3].GaveWay.IsCancellationRequested);
        Assert.False(proven.GaveWay.IsCancellationRequested);

        IncomingHandshake Admit(IPAddress address)
        {
            var handshake = new IncomingHandshake(address);
            Assert.Null(registry.AdmitIncoming(handshake));
            return handshake;
        }
    }

    [Fact]
    public void A_flood_from_many_loopback_addresses_takes_room_from_itself_and_not_from_several_nodes_at_one_of_them()
    {
        var registry = new PeerRegistry(NodeId.Of(TestHub.KeyOf(1)), new PeerHubOptions { MaxPendingHandshakes = 8 });
        var flood = Enumerable.Range(0, 8).Select(i => Admit($"127.0.1.{i}")).ToList();
        var honest = Enumerable.Range(0, 4).Select(_ => Admit("127.0.0.1")).ToList();

        flood.AddRange(Enumerable.Range(8, 4).Select(i => Admit($"127.0.1.{i}")));

        Assert.All(honest, handshake => Assert.False(handshake.GaveWay.IsCancellationRequested));
        Assert.Equal(8, flood.Count(handshake => handshake.GaveWay.IsCancellationRequested));
        foreach (var handshake in flood.Concat(honest)) handshake.Dispose();

        IncomingHandshake Admit(string address)
        {
            var handshake = new IncomingHandshake(IPAddress.Parse(address));
            Assert.Null(registry.AdmitIncoming(handshake));
            return handshake;
        }
    }

    [Fact]
    public void Handshakes_that_are_stuck_at_a_later_stage_do_not_push_out_one_that_has_just_begun()
    {
        var registry = new PeerRegistry(NodeId.Of(TestHub.KeyOf(1)), new PeerHubOptions { MaxPendingHandshakes = 4 });
        var stuck = Enumerable.Range(0, 8).Select(_ => Begin(HandshakeStage.Greeted)).ToList();

        using var fresh = Begin(HandshakeStage.Connected);
        for (var i = 0; i < 100; i++) stuck.Add(Begin(HandshakeStage.Greeted));

        Assert.False(fresh.GaveWay.IsCancellationRequested);
        Assert.Equal(104, stuck.Count(handshake => handshake.GaveWay.IsCancellationRequested));
        stuck.ForEach(handshake => handshake.Dispose());

        IncomingHandshake Begin(HandshakeStage stage)
        {
            var handshake = new IncomingHandshake(IPAddress.Loopback);
            Assert.Null(registry.AdmitIncoming(handshake));
            if (stage != HandshakeStage.Connected) registry.Advance(handshake, stage);
            return handshake;
        }
    }

    [Fact]
    public async Task Peers_that_greet_and_never_send_their_status_do_not_keep_an_honest_peer_out()
    {
        var options = Patient with { MaxPendingHandshakes = 8, MaxPeers = 4, StatusTimeout = TimeSpan.FromHours(1) };
        await using var a = await TestHub.StartAsync(1, options);
        var evil = new List<EvilPeer>();
        for (var i = 0; i < 20; i++) evil.Add(await EvilPeer.ConnectAsync(a, key: 30 + i));
        await TestHub.UntilAsync(() => a.Hub.PeerCount == 8);

        using var honest = await EvilPeer.ConnectAsync(a, key: 99);
        await honest.SendAsync(SampleMessages.Status(68));

        await a.NextMessageAsync<WireMessage.Status>();
        await TestHub.UntilAsync(() => a.Hub.Peers.Any(peer => peer.Id == NodeId.Of(TestHub.KeyOf(99))));
        evil.ForEach(peer => peer.Dispose());
    }

    [Theory]
    [InlineData("::ffff:198.51.100.1", "198.51.100.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("198.51.100.1", "198.51.100.1")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.77.3.1", "127.0.0.1")]
    [InlineData("::ffff:127.0.0.9", "127.0.0.1")]
    [InlineData("::1", "127.0.0.1")]
    public void A_source_is_an_address_or_the_network_that_one_customer_gets(string address, string source)
    {
        using var handshake = new IncomingHandshake(IPAddress.Parse(address));

        Assert.Equal(IPAddress.Parse(source), handshake.Source);
    }

    private static async Task StormAsync(int port, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                using var client = new TcpClient { LingerState = new LingerOption(true, 0) };
                await client.ConnectAsync(IPAddress.Loopback, port, CancellationToken.None);
            }
            catch (SocketException)
            {
                // The system's own queue is full for a moment.
            }
        }
    }

    /// <summary>Many plain sockets.</summary>
    private sealed class Flood : IDisposable
    {
        private readonly List<TcpClient> _clients = [];
        private readonly List<Task<bool>> _ends = [];

        public async Task AddAsync(TestHub hub, byte[] says)
        {
            var client = new TcpClient();
            _clients.Add(client);
            await client.ConnectAsync(IPAddress.Loopback, hub.Hub.Self.Port);
            await client.GetStream().WriteAsync(says);
            _ends.Add(EndsAsync(client.GetStream()));
        }

        /// <summary>Waits until the hub has closed so many.</summary>
        public Task UntilClosedAsync(int count) => TestHub.UntilAsync(() => _ends.Count(end => end.IsCompleted) >= count);

        public void Dispose() => _clients.ForEach(client => client.Dispose());

        public static async Task<bool> EndsAsync(NetworkStream stream)
        {
            try
            {
                return await stream.ReadAsync(new byte[1]) == 0;
            }
            catch (IOException)
            {
                return true;
            }
        }
    }
}
