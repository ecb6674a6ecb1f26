using System.Text.Json;
using Chain.Network;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class EciesVectors
{
    [VectorFact]
    [ReadsVectors("ecies")]
    public void Published_cipher_texts_decrypt_to_their_payloads() =>
        Assert.All(VectorFiles.ReadJson(VectorFiles.TheOne("ecies")).EnumerateObject(), test =>
        {
            var (key, cipher, payload) = (Bytes(test.Value, "key"), Bytes(test.Value, "cipher"), Bytes(test.Value, "payload"));
            switch (test.Value.GetProperty("decryption_type").GetString())
            {
                case "aes_ctr":
                    using (var aes = new AesCtr(key, new byte[16])) aes.Apply(cipher);
                    Assert.Equal(payload, cipher);
                    break;
                case "ecies_sec1_altered":
                    Assert.True(Ecies.TryDecrypt(new PrivateKey(key), cipher, [], out var message));
                    Assert.Equal(payload, message);
                    cipher[^1] ^= 1;
                    Assert.False(Ecies.TryDecrypt(new PrivateKey(key), cipher, [], out _));
                    break;
                case var other:
                    throw new InvalidOperationException($"Unknown kind {other}.");
            }
        });

    private static byte[] Bytes(JsonElement item, string name) => Hex.Decode(item.GetProperty(name).GetString()!);
}
