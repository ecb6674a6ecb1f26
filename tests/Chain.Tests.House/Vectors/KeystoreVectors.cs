using System.Text;
using System.Text.Json;
using Chain.Primitives;
using Chain.Rpc.Client;
using Chain.Wallet;

namespace Chain.Tests;

public sealed class KeystoreVectors
{
    [VectorFact]
    [ReadsVectors("keystore")]
    public void Keystore_files_of_the_Ethereum_tests_open_to_their_keys()
    {
        foreach (var item in VectorFiles.ReadJson(VectorFiles.TheOne("keystore")).EnumerateObject())
        {
            Assert.True(KeystoreFile.Parse(item.Value.GetProperty("json").GetRawText()).IsOk(out var file, out var error),
                $"{item.Name}: {error?.Message}");
            Assert.True(file.Open(Text(item.Value, "password")).IsOk(out var key, out error), $"{item.Name}: {error?.Message}");
            Assert.Equal(Text(item.Value, "priv"), Convert.ToHexStringLower(key.Secret));
        }
    }

    /// <summary>Two of the file's wallets are of the 2014 crowd sale, a format of its own: they are refused.</summary>
    [VectorFact]
    [ReadsVectors("ethers-wallets")]
    public void Keystore_files_of_ethers_geth_and_Parity_open_and_others_are_refused()
    {
        foreach (var item in VectorFiles.ReadJson(VectorFiles.TheOne("ethers-wallets")).EnumerateArray())
        {
            var isOk = KeystoreFile.Parse(Text(item, "content")).IsOk(out var file, out var error);
            if (Text(item, "type") != "keystore")
            {
                Assert.IsType<KeystoreError.Malformed>(error);
                continue;
            }

            Assert.True(isOk, $"{Text(item, "name")}: {error?.Message}");
            Assert.True(file!.Open(Encoding.UTF8.GetString(Hex.Decode(Text(item, "password")))).IsOk(out var key, out error),
                $"{Text(item, "name")}: {error?.Message}");
            Assert.Equal(Text(item, "address"), key.Address.ToString());
        }
    }

    [VectorFact]
    [ReadsVectors("ethers-pbkdf")]
    public void Passwords_are_stretched_as_ethers_does()
    {
        var cases = VectorFiles.ReadJson(VectorFiles.TheOne("ethers-pbkdf")).EnumerateArray().ToList();
        Assert.Equal(265, cases.Count);
        Assert.All(cases, item =>
        {
            var (password, salt, length) =
                (Hex.Decode(Text(item, "password")), Hex.Decode(Text(item, "salt")), item.GetProperty("dkLen").GetInt32());
            var scrypt = item.GetProperty("scrypt");
            var memoryHard = new KeyDerivation.Scrypt(scrypt.GetProperty("N").GetInt32(), scrypt.GetProperty("r").GetInt32(),
                scrypt.GetProperty("p").GetInt32(), salt, length);
            Assert.Equal(Text(scrypt, "key"), Hex.Encode(memoryHard.Derive(password)));
            var pbkdf2 = item.GetProperty("pbkdf2");
            if (Text(pbkdf2, "algorithm") != "sha256") return;
            Assert.Equal(Text(pbkdf2, "key"),
                Hex.Encode(new KeyDerivation.Pbkdf2(pbkdf2.GetProperty("iterations").GetInt32(), salt, length).Derive(password)));
        });
    }

    /// <summary>A negative amount is no amount here, and is refused.</summary>
    [VectorFact]
    [ReadsVectors("ethers-units")]
    public void Amounts_are_read_and_written_as_ethers_does()
    {
        foreach (var item in VectorFiles.ReadJson(VectorFiles.TheOne("ethers-units")).EnumerateArray())
        {
            foreach (var unit in new[] { "ether", "gwei" })
            {
                if (!item.TryGetProperty(unit, out var text)) continue;
                var isOk = Amount.Parse(text.GetString() + unit).IsOk(out var wei, out _);
                Assert.Equal(!Text(item, "wei").StartsWith('-'), isOk);
                if (isOk) Assert.Equal(Text(item, "wei"), wei.ToString());
            }

            if (!item.TryGetProperty("ether_format", out var format) || format.GetString()!.StartsWith('-')) continue;
            var expected = format.GetString()!;
            Assert.Equal(expected.EndsWith(".0", StringComparison.Ordinal) ? expected[..^2] : expected,
                Amount.EtherDigits(UInt256.Parse(Text(item, "wei"))));
        }
    }

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;
}
