using System.Text.Json;
using Chain.Network;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>The handshakes and the hello of EIP-8. Its discovery packets are passed over: discovery is not spoken.</summary>
public sealed class RlpxVectors
{
    [VectorFact]
    [ReadsVectors("eip8")]
    public void Every_auth_of_EIP_8_gives_who_sent_it_its_ephemeral_key_and_its_nonce()
    {
        var vectors = new Eip8();
        foreach (var (name, plain) in new[] { ("(Auth₁)", true), ("(Auth₂)", false), ("(Auth₃)", false) })
        {
            var auth = RlpxHandshake.ReadAuth(vectors.StaticB, vectors.Bytes(name));

            Assert.NotNull(auth);
            Assert.Equal(NodeId.Of(vectors.StaticA), auth.Initiator);
            Assert.Equal(vectors.EphemeralA.PublicKey, auth.EphemeralKey);
            Assert.Equal(vectors.NonceA, auth.Nonce);
            Assert.Equal(plain, auth.IsPlain);
        }
    }

    [VectorFact]
    [ReadsVectors("eip8")]
    public void Every_ack_of_EIP_8_gives_the_ephemeral_key_and_the_nonce()
    {
        var vectors = new Eip8();
        foreach (var name in new[] { "(Ack₁)", "(Ack₂)", "(Ack₃)" })
        {
            var ack = RlpxHandshake.ReadAck(vectors.StaticA, vectors.Bytes(name));

            Assert.NotNull(ack);
            Assert.Equal(vectors.EphemeralB.PublicKey, ack.EphemeralKey);
            Assert.Equal(vectors.NonceB, ack.Nonce);
        }
    }

    [VectorFact]
    [ReadsVectors("eip8")]
    public void Both_sides_derive_the_secrets_of_EIP_8()
    {
        var vectors = new Eip8();
        var (auth, ack) = (vectors.Bytes("(Auth₂)"), vectors.Bytes("(Ack₂)"));
        var (keysA, keysB) = (new HandshakeKeys(vectors.StaticA, vectors.EphemeralA, vectors.NonceA),
            new HandshakeKeys(vectors.StaticB, vectors.EphemeralB, vectors.NonceB));

        using var a =
            RlpxHandshake.Finish(keysA, NodeId.Of(vectors.StaticB), RlpxHandshake.ReadAck(vectors.StaticA, ack)!, auth, ack)!;
        using var b = RlpxHandshake.Finish(keysB, RlpxHandshake.ReadAuth(vectors.StaticB, auth)!, auth, ack)!;

        foreach (var side in new[] { a, b })
        {
            Assert.Equal(vectors.Value("aes-secret"), side.AesSecret);
            Assert.Equal(vectors.Value("mac-secret"), side.MacSecret);
        }

        var digest = new byte[32];
        b.IngressMac.Update("foo"u8);
        b.IngressMac.Digest(digest);
        Assert.Equal(vectors.Value("ingress-mac(\"foo\")"), digest);
        a.EgressMac.Update("foo"u8);
        a.EgressMac.Digest(digest);
        Assert.Equal(vectors.Value("ingress-mac(\"foo\")"), digest);
    }

    [VectorFact]
    [ReadsVectors("eip8")]
    public void The_hello_of_a_later_version_is_read_and_its_further_elements_ignored()
    {
        var hello = Hello.Decode(new Eip8().Bytes("devp2p hello packet"));

        // The text of the EIP says 22, its bytes say 0x37.
        Assert.Equal(0x37, hello.Version);
        Assert.Equal("kneth/v0.91/plan9", hello.ClientName);
        Assert.Equal([new Capability("eth", 61), new Capability("mork", 22)], hello.Capabilities);
    }

    [VectorFact]
    [ReadsVectors("snappy-text")]
    public void Text_that_others_compressed_unpacks_and_our_own_does_so_too()
    {
        var text = VectorFiles.ReadBytes(VectorFiles.Of("snappy-text").Single(file =>
            file.EndsWith(".txt", StringComparison.Ordinal)));
        var raw = VectorFiles.ReadBytes(VectorFiles.Of("snappy-text").Single(file =>
            file.EndsWith(".rawsnappy", StringComparison.Ordinal)));

        Assert.Equal(text, SnappyPayload.Decompress(raw));
        Assert.Equal(text.Length, SnappyPayload.ClaimedLength(raw));
        Assert.Equal(text, SnappyPayload.Decompress(SnappyPayload.Compress(text)));
    }

    [VectorFact]
    [ReadsVectors("snappy-bad")]
    public void Corrupt_Snappy_is_refused() =>
        Assert.All(VectorFiles.Of("snappy-bad"), file => Assert.Null(SnappyPayload.Decompress(VectorFiles.ReadBytes(file))));

    private sealed class Eip8
    {
        private readonly List<JsonElement> _items = [.. VectorFiles.ReadJson(VectorFiles.TheOne("eip8")).EnumerateArray()];

        public PrivateKey StaticA => new(Value("Static Key A"));

        public PrivateKey StaticB => new(Value("Static Key B"));

        public PrivateKey EphemeralA => new(Value("Ephemeral Key A"));

        public PrivateKey EphemeralB => new(Value("Ephemeral Key B"));

        public byte[] NonceA => Value("Nonce A");

        public byte[] NonceB => Value("Nonce B");

        public byte[] Bytes(string begins) =>
            Hex.Decode(_items.Single(item =>
                item.GetProperty("what").GetString()!.StartsWith(begins,
                    StringComparison.Ordinal)).GetProperty("hex").GetString()!);

        public byte[] Value(string name) =>
            Hex.Decode(_items.Select(item =>
                item.TryGetProperty("values", out var values) && values.TryGetProperty(name, out var value)
                ? value.GetString()
                : null).Single(value => value is not null)!);
    }
}
