using System.Text;
using System.Text.Json;
using Chain.Primitives;
using Chain.Wallet;

namespace Chain.Tests;

public sealed class WalletKeyVectors
{
    [VectorFact]
    [ReadsVectors("bip39-words")]
    public void The_embedded_word_list_is_the_published_one()
    {
        var words = VectorFiles.ReadText(VectorFiles.TheOne("bip39-words")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2048, words.Length);
        for (var i = 0; i < words.Length; i++)
        {
            // Two words carry one index in their first 22 bits, whatever follows.
            var entropy = new byte[16];
            (entropy[0], entropy[1]) = ((byte)(i >> 3), (byte)(i << 5));
            Assert.StartsWith(words[i] + " ", Mnemonic.FromEntropy(entropy).Phrase, StringComparison.Ordinal);
        }
    }

    [VectorFact]
    [ReadsVectors("bip39")]
    public void Phrases_of_every_language_give_the_published_seeds_and_master_keys()
    {
        var cases = 0;
        foreach (var language in VectorFiles.ReadJson(VectorFiles.TheOne("bip39")).EnumerateObject())
        {
            foreach (var item in language.Value.EnumerateArray())
            {
                var (entropy, phrase) = (Hex.Decode(item[0].GetString()!), item[1].GetString()!);
                var seed = Mnemonic.ToSeed(phrase, "TREZOR");
                Assert.Equal(item[2].GetString(), Convert.ToHexStringLower(seed));
                Assert.Equal(item[3].GetString(), ExtendedKey.FromSeed(seed).Serialize());
                if (language.Name == "english") CheckEnglish(phrase, entropy);
                cases++;
            }
        }

        Assert.Equal(288, cases);
    }

    [VectorFact]
    [ReadsVectors("bip32")]
    public void Chains_of_BIP_32_are_derived_and_its_invalid_keys_refused()
    {
        var root = VectorFiles.ReadJson(VectorFiles.TheOne("bip32"));
        foreach (var vector in root.GetProperty("vectors").EnumerateArray())
        {
            var master = ExtendedKey.FromSeed(Hex.Decode(vector.GetProperty("seed").GetString()!));
            foreach (var chain in vector.GetProperty("chains").EnumerateArray())
            {
                Assert.True(HdPath.TryParse(Text(chain, "path").Replace('H', '\''), out var path));
                var key = master.Derive(path);
                Assert.Equal(Text(chain, "ext_prv"), key.Serialize());
                Assert.Equal(Text(chain, "ext_pub"), key.ToPublic().Serialize());
                Assert.True(ExtendedKey.TryParse(Text(chain, "ext_prv"), out var parsed, out _));
                Assert.Equal(Text(chain, "ext_prv"), parsed.Serialize());
                Assert.True(ExtendedKey.TryParse(Text(chain, "ext_pub"), out var parsedPublic, out _));
                Assert.Equal(Text(chain, "ext_pub"), parsedPublic.Serialize());
            }
        }

        Assert.All(root.GetProperty("invalid").EnumerateArray().ToList(), invalid =>
        {
            Assert.False(ExtendedKey.TryParse(Text(invalid, "key"), out _, out var error), Text(invalid, "reason"));
            Assert.Equal(Expected(Text(invalid, "reason")), error);
        });
    }

    [VectorFact]
    [ReadsVectors("ethers-mnemonics")]
    public void Phrases_give_the_seeds_and_the_trees_of_keys_that_ethers_derives()
    {
        var cases = VectorFiles.ReadJson(VectorFiles.TheOne("ethers-mnemonics")).EnumerateArray().ToList();
        Assert.Equal(200, cases.Count);
        Assert.All(cases, item =>
        {
            var phrase = Utf8(item, "phrase");
            var seed = Mnemonic.ToSeed(phrase, Utf8(item, "password"));
            Assert.Equal(Text(item, "seed"), Hex.Encode(seed));
            if (Text(item, "locale") == "en") CheckEnglish(phrase, Hex.Decode(Text(item, "entropy")));
            var master = ExtendedKey.FromSeed(seed);
            foreach (var node in item.GetProperty("nodes").EnumerateArray())
            {
                Assert.True(HdPath.TryParse(Text(node, "path"), out var path));
                var key = master.Derive(path);
                Assert.Equal(Text(node, "chainCode"), Hex.Encode(key.ChainCode));
                Assert.Equal(node.GetProperty("depth").GetInt32(), key.Depth);
                Assert.Equal(node.GetProperty("index").GetUInt32(), key.ChildNumber);
                Assert.Equal(Text(node, "parentFingerprint"), Hex.Encode(key.ParentFingerprint));
                Assert.Equal(Text(node, "fingerprint"), Hex.Encode(key.Fingerprint()));
                Assert.Equal(Text(node, "privateKey"), Hex.Encode(key.PrivateKey!.Secret));
                Assert.Equal(Text(node, "publicKey"), Hex.Encode(key.CompressedPublicKey()));
                Assert.Equal(Text(node, "xpriv"), key.Serialize());
                Assert.Equal(Text(node, "xpub"), key.ToPublic().Serialize());
            }
        });
    }

    private static void CheckEnglish(string phrase, byte[] entropy)
    {
        Assert.Equal(phrase, Mnemonic.FromEntropy(entropy).Phrase);
        Assert.True(Mnemonic.Parse(phrase).IsOk(out var parsed, out _));
        Assert.Equal(phrase, parsed.Phrase);
    }

    private static ExtendedKeyError Expected(string reason) => reason switch
    {
        _ when reason.Contains("mismatch", StringComparison.Ordinal) || reason.Contains("prefix", StringComparison.Ordinal) =>
            ExtendedKeyError.WrongKeyKind,
        _ when reason.StartsWith("zero depth", StringComparison.Ordinal) => ExtendedKeyError.MasterWithParent,
        "unknown extended key version" => ExtendedKeyError.UnknownVersion,
        "invalid checksum" => ExtendedKeyError.BadEncoding,
        _ => ExtendedKeyError.InvalidKey,
    };

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    private static string Utf8(JsonElement item, string name) => Encoding.UTF8.GetString(Hex.Decode(Text(item, name)));
}
