using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Bytes from nowhere: whatever comes, the answer is a message, a refusal or the protocol's own error.</summary>
public sealed class WireProperties
{
    private const int Seed = 20260730;

    [Theory]
    [InlineData(68)]
    [InlineData(69)]
    public void Damaged_messages_are_refused_or_the_one_encoding_of_another(int version)
    {
        var random = new Random(Seed);
        var samples = SampleMessages.All(version).Select(message => Encode(message, version)).ToList();
        var accepted = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var (code, sample) = samples[random.Next(samples.Count)];
            var bytes = Damage(random, sample);
            if (!TestWire.Codec.Decode(code, version, bytes).IsOk(out var message, out _)) continue;
            accepted++;
            Assert.True(bytes.AsSpan().SequenceEqual(Encode(message, version).Bytes),
                $"seed {Seed}, round {i}: {code} {Hex.Encode(bytes)}");
        }

        Assert.True(accepted > 0);
    }

    [Fact]
    public void Random_bytes_are_never_more_than_refused()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (bytes.Length > 2 && random.Next(2) == 0) (bytes[0], bytes[1]) = (0xf8, (byte)(bytes.Length - 2));
            _ = TestWire.Codec.Decode(new WireCode(
                random.Next(4) == 0 ? WireCapability.Consensus : WireCapability.Eth, random.Next(20)),
                random.Next(68, 70), bytes);
            _ = SnappyPayload.ClaimedLength(bytes) < 100_000 ? SnappyPayload.Decompress(bytes) : null;
            _ = BaseMessages.ReadDisconnect(bytes);
            _ = AddressMessages.ReadPeers(bytes);
            _ = AddressMessages.ReadGetPeers(bytes);
            _ = TimeMessages.ReadTime(bytes);
            Refuses(() => Hello.Decode(bytes));
        }
    }

    [Fact]
    public void Damaged_handshakes_are_refused()
    {
        var random = new Random(Seed);
        var (a, b) = (HandshakeKeys.Draw(TestHub.KeyOf(1)), HandshakeKeys.Draw(TestHub.KeyOf(2)));
        var auth = RlpxHandshake.CreateAuth(a, NodeId.Of(b.Static))!;
        var ack = RlpxHandshake.CreateAck(b, RlpxHandshake.ReadAuth(b.Static, auth)!)!;
        for (var i = 0; i < 2000; i++)
        {
            Assert.Null(RlpxHandshake.ReadAuth(b.Static, Changed(random, auth)));
            Assert.Null(RlpxHandshake.ReadAck(a.Static, Changed(random, ack)));
        }
    }

    [Fact]
    public async Task A_damaged_stream_of_frames_ends_in_the_protocols_own_error()
    {
        var random = new Random(Seed);
        for (var i = 0; i < 500; i++)
        {
            var (writer, reader) = FrameTransportTests.Pair();
            using var stream = new MemoryStream();
            using var transport = new FrameTransport(stream, writer);
            for (var n = 0; n < 5; n++)
            {
                var payload = new byte[random.Next(300)];
                random.NextBytes(payload);
                transport.Append(random.Next(256), payload);
            }

            await transport.FlushAsync(CancellationToken.None);
            var damaged = new MemoryStream(random.Next(3) == 0
                ? stream.ToArray()[..random.Next((int)stream.Length)] : Changed(random, stream.ToArray()));
            using var other = new FrameTransport(damaged, reader);
            var error = await Record.ExceptionAsync(async () =>
            {
                for (var n = 0; n < 6; n++) await other.ReadAsync(FrameCodec.MaxBodySize, CancellationToken.None);
            });
            Assert.True(error is PeerProtocolException or EndOfStreamException, $"seed {Seed}, round {i}: {error}");
        }
    }

    private static void Refuses(Action action)
    {
        try
        {
            action();
        }
        catch (PeerProtocolException)
        {
            // The one error that may come out.
        }
    }

    private static byte[] Changed(Random random, byte[] bytes)
    {
        var copy = (byte[])bytes.Clone();
        copy[random.Next(copy.Length)] ^= (byte)random.Next(1, 256);
        return copy;
    }

    private static byte[] Damage(Random random, byte[] sample)
    {
        var bytes = (byte[])sample.Clone();
        for (var hits = random.Next(1, 4); hits > 0; hits--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) switch
        {
            0 => bytes[..random.Next(bytes.Length)],
            1 => [.. bytes[..random.Next(bytes.Length)], .. sample[random.Next(sample.Length)..]],
            _ => bytes,
        };
    }

    private static (WireCode Code, byte[] Bytes) Encode(WireMessage message, int version)
    {
        var rlp = new RlpWriter();
        return (TestWire.Codec.Encode(message, version, rlp), rlp.ToArray());
    }
}
