using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>What a message is taken to need in memory, against what decoding it allocates.</summary>
public sealed class MessageMemoryTests
{
    // The header's own objects, and what the runtime allocates for itself while code is new.
    private const long Slack = 64 * 1024;

    // Nine fields of at most a byte: about the shortest that can be decoded.
    private static readonly byte[] Tiny = [0xc9, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x1b, 0x01, 0x01];

    private static readonly WireCode NewBlock = new(WireCapability.Eth, WireCodec.NewBlockId);

    [Theory]
    [InlineData("tiny")]
    [InlineData("transfers")]
    [InlineData("entries")]
    [InlineData("entries with a key")]
    [InlineData("keys")]
    [InlineData("payload")]
    public void Blocks_of_any_shape_need_no_more_memory_than_they_are_taken_to_need(string shape)
    {
        var plain = BlockOf(shape);
        TestWire.Codec.Decode(NewBlock, 68, plain);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var isOk = TestWire.Codec.Decode(NewBlock, 68, plain).IsOk(out var message, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.True(isOk);
        Assert.InRange(allocated + plain.Length, 1, MessageMemory.Of(plain.AsSpan()) + Slack);
        Assert.InRange(allocated, 1, BlockSize.Of(((WireMessage.NewBlock)message!).Block) + Slack);
    }

    [Theory]
    [InlineData("")]
    [InlineData("f9")]
    [InlineData("ff0102")]
    [InlineData("ffffffffffffffffff")]
    [InlineData("c3c2c100")]
    [InlineData("b8ff02c0")]
    public void Bytes_that_are_no_message_are_measured_too(string hex) =>
        Assert.InRange(MessageMemory.Of(Hex.Decode(hex).AsSpan()), 0, 1000);

    [Fact]
    public async Task A_message_of_many_small_items_takes_the_room_of_what_is_made_of_them()
    {
        var shares = new InboundShares(new InboundLimits());
        await using var hub = await TestHub.StartAsync(1, new PeerHubOptions { Inbound = shares });
        using var evil = await EvilPeer.ConnectAsync(hub);
        await evil.SendAsync(EvilPeer.Eth + WireCodec.NewBlockId, SnappyPayload.Compress(BlockOf("tiny")));

        await hub.NextMessageAsync<WireMessage.NewBlock>();

        Assert.InRange(shares.Bytes, 400 * 10_000, new InboundLimits().BytesPerPeer);
    }

    private static byte[] BlockOf(string shape)
    {
        using var scene = new CoreScene();
        var rlp = new RlpWriter();
        rlp.StartList();
        rlp.StartList();
        scene.Genesis.Header.Header.WriteTo(rlp);
        rlp.StartList();
        var transaction = shape == "tiny" ? Tiny : SignOf(shape).Encoded.ToArray();
        for (var i = 0; i < (shape is "tiny" or "transfers" ? 10_000 : 20); i++)
        {
            if (shape == "tiny") rlp.WriteEncoded(transaction);
            else rlp.Write(transaction);
        }

        rlp.EndList();
        rlp.StartList();
        rlp.EndList();
        rlp.EndList();
        rlp.Write(UInt256.One);
        rlp.EndList();
        return rlp.ToArray();
    }

    private static Transaction SignOf(string shape)
    {
        var keys = shape switch
        {
            "entries with a key" => 1,
            "keys" => 17,
            _ => 0,
        };
        var entry = new AccessListEntry(Address.Zero, [.. Enumerable.Repeat(Hash256.Zero, keys)]);
        var entryCount = shape switch
        {
            "transfers" or "payload" => 0,
            "keys" => 100,
            _ => 1000,
        };
        AccessListEntry[] entries = [.. Enumerable.Repeat(entry, entryCount)];
        var data = new byte[shape == "payload" ? 100_000 : 0];
        return PoolScene.Sign(0, 0, change: transfer => transfer with { AccessList = entries, Data = data }).Transaction;
    }
}
