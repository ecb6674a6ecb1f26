using Chain.Primitives;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>The project's own few vectors and the rules that vectors do not reach.</summary>
public sealed class HdKeyTests
{
    private const string Abandon =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    // The addresses that every development tool prints for this phrase.
    [Theory]
    [InlineData(0, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")]
    [InlineData(1, "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d")]
    [InlineData(9, "0xa0Ee7A142d267C1f36714E4a8F75612F20a79720",
        "0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6")]
    public void The_development_phrase_gives_the_known_accounts(int index, string address, string secret)
    {
        Assert.Equal(address, DevAccounts.Key(index).Address.ToString());
        Assert.Equal(secret, Hex.Encode(DevAccounts.Key(index).Secret));
        Assert.Equal(index, DevAccounts.IndexOf(Address.Parse(address)));
    }

    [Fact]
    public void A_phrase_gives_its_seed_with_and_without_a_passphrase()
    {
        Assert.StartsWith("5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc1",
            Convert.ToHexStringLower(Mnemonic.ToSeed(Abandon, "")), StringComparison.Ordinal);
        Assert.StartsWith("c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495",
            Convert.ToHexStringLower(Mnemonic.ToSeed(Abandon, "TREZOR")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("  Abandon abandon abandon abandon abandon abandon\nabandon abandon abandon abandon abandon  ABOUT ")]
    [InlineData("abandon　abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about")]
    public void Case_and_space_between_words_do_not_matter(string text)
    {
        Assert.True(Mnemonic.Parse(text).IsOk(out var phrase, out _));
        Assert.Equal(Abandon, phrase.Phrase);
    }

    [Fact]
    public void A_phrase_that_is_wrong_says_how()
    {
        Assert.Equal(new MnemonicError.WordCount(11), Mnemonic.Parse(Abandon[..^6]).Error);
        Assert.Equal(new MnemonicError.UnknownWord(12, "about"), Mnemonic.Parse(Abandon + "t").Error);
        Assert.Equal(new MnemonicError.UnknownWord(1, null), Mnemonic.Parse("zzzzz" + Abandon[7..]).Error);
        Assert.Equal(new MnemonicError.Checksum(), Mnemonic.Parse(Abandon[..^5] + "above").Error);
        Assert.IsType<MnemonicError.WordCount>(Mnemonic.Parse("").Error);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(24)]
    public void A_new_phrase_reads_back(int words)
    {
        var phrase = Mnemonic.Generate(words).Phrase;
        Assert.Equal(words, phrase.Split(' ').Length);
        Assert.True(Mnemonic.Parse(phrase).IsOk(out _, out _));
        Assert.NotEqual(phrase, Mnemonic.Generate(words).Phrase);
    }

    // The first test vector of BIP-32.
    [Theory]
    [InlineData("m",
        "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhePY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8")]
    [InlineData("m/0'/1",
        "xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ")]
    public void The_first_chain_of_BIP_32_comes_out(string text, string expected)
    {
        Assert.True(HdPath.TryParse(text, out var path));
        Assert.Equal(expected,
            ExtendedKey.FromSeed(Hex.Decode("000102030405060708090a0b0c0d0e0f")).Derive(path).ToPublic().Serialize());
    }

    [Fact]
    public void Public_and_private_derivation_meet()
    {
        var parent = ExtendedKey.FromSeed(new byte[32]);
        Assert.Equal(parent.Derive(7).ToPublic().Serialize(), parent.ToPublic().Derive(7).Serialize());
        Assert.Throws<InvalidOperationException>(() => parent.ToPublic().Derive(7 | HdPath.Hardened));
    }

    [Fact]
    public void A_key_never_prints_its_secret()
    {
        var key = ExtendedKey.FromSeed(new byte[32]);
        Assert.DoesNotContain("xprv", key.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(key.PrivateKey!.Secret), key.ToString() + key.PrivateKey,
            StringComparison.Ordinal);
        Assert.DoesNotContain("test", Mnemonic.Generate(12).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m", "m")]
    [InlineData("m/44'/60'/0'/0/0", "m/44'/60'/0'/0/0")]
    [InlineData("m/44h/2147483647'", "m/44'/2147483647'")]
    public void A_path_reads_and_prints(string text, string expected)
    {
        Assert.True(HdPath.TryParse(text, out var path));
        Assert.Equal(expected, path.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0/1")]
    [InlineData("m/")]
    [InlineData("m/-1")]
    [InlineData("m/2147483648")]
    [InlineData("m/1''")]
    [InlineData("m/1/x")]
    [InlineData("/m/1")]
    public void What_is_no_path_is_refused(string text) => Assert.False(HdPath.TryParse(text, out _));

    [Theory]
    [InlineData(new byte[] { }, "3QJmnh")]
    [InlineData(new byte[] { 0, 0, 1 }, "11BwW2qR")]
    public void Base58_keeps_leading_zeros_and_checks_its_sum(byte[] payload, string expected)
    {
        var text = Base58Check.Encode(payload);
        Assert.Equal(expected, text);
        Assert.Equal(payload, Base58Check.TryDecode(text));
        Assert.Null(Base58Check.TryDecode(text[..^1] + (text[^1] == '2' ? '3' : '2')));
        Assert.Null(Base58Check.TryDecode(text + "0"));
        Assert.Null(Base58Check.TryDecode(new string('z', 300)));
    }

    // Unicode's own examples (UAX #15) and the characters that BIP-39 meets.
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("é", "e\u0301")]
    [InlineData("\u3000", " ")]
    [InlineData("ﬁ", "fi")]
    [InlineData("が", "か\u3099")]
    [InlineData("각", "\u1100\u1161\u11a8")]
    [InlineData("가", "\u1100\u1161")]
    [InlineData("\u1e69", "s\u0323\u0307")]
    [InlineData("s\u0307\u0323", "s\u0323\u0307")]
    [InlineData("ａ①½", "a11\u20442")]
    [InlineData("\U0001d160", "\U0001d158\U0001d165\U0001d16e")]
    [InlineData("🚀", "🚀")]
    public void Form_KD_is_that_of_Unicode(string text, string expected) => Assert.Equal(expected, Nfkd.Normalize(text));
}
