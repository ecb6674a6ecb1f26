using Chain.Consensus.Stake;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class HandshakeTests
{
    private static readonly HandshakeKeys A = new(TestHub.KeyOf(1), TestHub.KeyOf(11),
        Keccak256.Hash("nonce a"u8).Bytes.ToArray());
    private static readonly HandshakeKeys B = new(TestHub.KeyOf(2), TestHub.KeyOf(12),
        Keccak256.Hash("nonce b"u8).Bytes.ToArray());

    [Fact]
    public void Both_sides_end_with_the_same_secrets()
    {
        var auth = RlpxHandshake.CreateAuth(A, NodeId.Of(B.Static))!;
        var heard = RlpxHandshake.ReadAuth(B.Static, auth)!;
        var ack = RlpxHandshake.CreateAck(B, heard)!;

        using var a = RlpxHandshake.Finish(A, NodeId.Of(B.Static), RlpxHandshake.ReadAck(A.Static, ack)!, auth, ack)!;
        using var b = RlpxHandshake.Finish(B, heard, auth, ack)!;

        Assert.Equal(NodeId.Of(A.Static), b.Remote);
        Assert.Equal(a.AesSecret, b.AesSecret);
        Assert.Equal(a.MacSecret, b.MacSecret);
        Assert.Equal(Digest(a.EgressMac), Digest(b.IngressMac));
        Assert.Equal(Digest(a.IngressMac), Digest(b.EgressMac));
    }

    [Fact]
    public void A_handshake_for_someone_else_is_not_opened()
    {
        var auth = RlpxHandshake.CreateAuth(A, NodeId.Of(B.Static))!;

        Assert.Null(RlpxHandshake.ReadAuth(TestHub.KeyOf(3), auth));
    }

    [Fact]
    public void A_node_id_that_is_no_point_of_the_curve_cannot_be_dialled() =>
        Assert.Null(RlpxHandshake.CreateAuth(A, new NodeId(SampleMessages.HashA, SampleMessages.HashB)));

    [Fact]
    public void Messages_are_longer_than_the_plain_format_and_never_of_the_same_length_for_long()
    {
        var lengths = Enumerable.Range(0, 50).Select(_ => RlpxHandshake.CreateAuth(A, NodeId.Of(B.Static))!.Length).ToHashSet();

        Assert.All(lengths, length => Assert.InRange(length, RlpxHandshake.PlainAuthSize + 1, RlpxHandshake.MaxSize));
        Assert.True(lengths.Count > 5);
    }

    [Fact]
    public void A_hello_leads_back_to_itself_and_its_text_is_made_printable()
    {
        var hello = new Hello(5, "evil\n\u001b[2Jname", [new Capability("eth", 68), new Capability("eth", 69)], 30303,
            NodeId.Of(A.Static));

        var back = Hello.Decode(hello.Encode());

        Assert.Equal("evil??[2Jname", back.ClientName);
        Assert.Equal(hello.Capabilities, back.Capabilities);
        Assert.Equal((5, 30303, NodeId.Of(A.Static)), (back.Version, back.ListenPort, back.Id));
    }

    [Fact]
    public void Messages_are_numbered_by_the_names_of_shared_capabilities_from_0x10_on()
    {
        Capability[] ours = [new("eth", 68), new("eth", 69), new("chain", 1), new("stake", 1)];

        var all = MessageSpace.Agree(ours, ours, StakeMessageCodec.Instance);
        Assert.Equal((69, 0x10, 0x18, 0x18 + 18),
            (all.EthVersion, all.NumberOf("chain", 0), all.NumberOf("eth", 0), all.NumberOf("stake", 0)));
        Assert.Equal(("eth", 0x11), all.Resolve(0x18 + 17));
        Assert.Equal(("stake", 15), all.Resolve(0x18 + 18 + 15));
        Assert.Null(all.Resolve(0x18 + 18 + 16));

        var plain = MessageSpace.Agree(ours, [new("eth", 68), new("les", 4), new("eth", 66)], StakeMessageCodec.Instance);
        Assert.Equal((68, 0x10, null), (plain.EthVersion, plain.NumberOf("eth", 0), plain.NumberOf("stake", 1)));
        Assert.False(plain.HasRule || plain.HasAddresses);

        Assert.Null(MessageSpace.Agree(ours, [new("les", 4)], null).EthVersion);
    }

    [Theory]
    [InlineData("c104", DisconnectReason.TooManyPeers)]
    [InlineData("c180", DisconnectReason.Requested)]
    [InlineData("c0", DisconnectReason.Requested)]
    [InlineData("04", DisconnectReason.TooManyPeers)]
    [InlineData("c110", DisconnectReason.SubprotocolReason)]
    [InlineData("0204c110", DisconnectReason.SubprotocolReason)]
    [InlineData("", DisconnectReason.Requested)]
    [InlineData("ffffffff", DisconnectReason.Requested)]
    public void A_goodbye_is_understood_in_every_way_that_peers_write_it(string hex, DisconnectReason reason) =>
        Assert.Equal(reason, BaseMessages.ReadDisconnect(Hex.Decode(hex)));

    private static byte[] Digest(FrameMac mac)
    {
        var digest = new byte[32];
        mac.Digest(digest);
        return digest;
    }
}
