using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class FrameTransportTests
{
    /// <summary>The two ends of a connection whose keys are always the same: what the first writes, the second reads.</summary>
    internal static (FrameCodec Writer, FrameCodec Reader) Pair()
    {
        var (shared, nonceA, nonceB) = (Keccak256.Hash("shared"u8), Keccak256.Hash("initiator"u8), Keccak256.Hash("recipient"u8));
        RlpxSession Side(bool initiator) =>
            RlpxSession.Derive(NodeId.Of(TestHub.KeyOf(initiator ? 2 : 1)), initiator, shared.Bytes, nonceA.Bytes, nonceB.Bytes,
                "auth"u8, "ack"u8);
        return (new FrameCodec(Side(true)), new FrameCodec(Side(false)));
    }

    [Fact]
    public async Task Frames_of_every_size_arrive_in_order_even_one_byte_at_a_time()
    {
        var (writer, reader) = Pair();
        var stream = new MemoryStream();
        using var from = new FrameTransport(stream, writer);
        using var to = new FrameTransport(new Dribble(stream), reader);
        var sizes = new[] { 0, 1, 14, 15, 16, 17, 31, 1000, 70_000 };
        for (var i = 0; i < sizes.Length; i++) from.Append(i * 20, Payload(sizes[i]));
        await from.FlushAsync(CancellationToken.None);
        stream.Position = 0;

        for (var i = 0; i < sizes.Length; i++)
        {
            var frame = await to.ReadAsync(FrameCodec.MaxBodySize, CancellationToken.None);
            Assert.Equal(i * 20, frame.Number);
            Assert.Equal(Payload(sizes[i]), frame.Payload.ToArray());
        }

        await Assert.ThrowsAsync<EndOfStreamException>(async () =>
            await to.ReadAsync(FrameCodec.MaxBodySize, CancellationToken.None));
    }

    [Fact]
    public void The_first_frames_of_a_known_session_have_known_bytes()
    {
        var (writer, _) = Pair();
        using (writer)
        {
            var first = new byte[FrameCodec.WholeSize(4)];
            var second = new byte[FrameCodec.WholeSize(17)];
            writer.Encode([0x80], [1, 2, 3], first);
            writer.Encode([0x10], new byte[16], second);

            Assert.Equal(FirstFrame, Convert.ToHexStringLower(first));
            Assert.Equal(SecondFrame, Convert.ToHexStringLower(second));
        }
    }

    [Fact]
    public async Task A_frame_over_the_limit_is_refused_before_its_body_is_read()
    {
        var (writer, reader) = Pair();
        var stream = new MemoryStream();
        using var from = new FrameTransport(stream, writer);
        using var to = new FrameTransport(stream, reader);
        from.Append(0, new byte[10_000]);
        await from.FlushAsync(CancellationToken.None);
        stream.SetLength(FrameCodec.HeaderSize);
        stream.Position = 0;

        var error = await Assert.ThrowsAsync<PeerProtocolException>(async () =>
            await to.ReadAsync(9_999, CancellationToken.None));
        Assert.Equal(DisconnectReason.BreachOfProtocol, error.Reason);
    }

    [Fact]
    public async Task A_claimed_length_alone_makes_nothing_grow()
    {
        var (writer, reader) = Pair();
        var stream = new MemoryStream();
        using var from = new FrameTransport(stream, writer);
        using var to = new FrameTransport(stream, reader);
        from.Append(0, new byte[16_000_000]);
        await from.FlushAsync(CancellationToken.None);
        stream.SetLength(FrameCodec.HeaderSize + 100);
        stream.Position = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();

        await Assert.ThrowsAsync<EndOfStreamException>(() =>
            to.ReadAsync(FrameCodec.MaxBodySize, CancellationToken.None).AsTask());

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    [Fact]
    public void A_Snappy_bomb_is_seen_before_it_is_unpacked()
    {
        byte[] twoGigabytes = [0xff, 0xff, 0xff, 0xff, 0x07, 0x00];
        Assert.Equal(int.MaxValue, SnappyPayload.ClaimedLength(twoGigabytes));
        Assert.Null(SnappyPayload.ClaimedLength([0xff, 0xff, 0xff, 0xff, 0xff, 0x01]));
        Assert.Null(SnappyPayload.ClaimedLength([]));
        Assert.Null(SnappyPayload.Decompress([0x05, 0x00]));
        Assert.Null(SnappyPayload.Decompress([0x00, 0x01]));
        Assert.Equal([], SnappyPayload.Decompress([0x00])!);
    }

    private const string FirstFrame = "1b5cb896981be99e11bfd6b70363e230a62c114350eb7fe513cc0312194de1397c63388b5e77f92393ea62686695ccdd5c7b3b857764298025f5ae0fc6e02016";

    private const string SecondFrame = "d288cacd5696b56c2ac752374a1247786b25daed48fbba422d7e0c209da2067a29147efa872e9f987d94fd5d26fe90c9ca50d41bbb04798ea086f21b220bc5e7b829f02d21074bda5b9efe92b2e60d35";

    private static byte[] Payload(int size)
    {
        var payload = new byte[size];
        for (var i = 0; i < size; i++) payload[i] = (byte)(i * 31);
        return payload;
    }

    /// <summary>Gives one byte a read.</summary>
    private sealed class Dribble(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => inner.Position = value;
        }

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, Math.Min(1, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
