using Chain.Primitives;
using Chain.Wallet;

namespace Chain.Tests;

public sealed class WalletKeyTests : IDisposable
{
    private const string Secret = "0x05a4d3eb46c742cb8850440145ce70cbc80b59f891cf5f50fd3e9c280b50c4e4";
    private const string SecretsAddress = "0x460121576Cc7DF020759730751f92bd62FD78dD6";

    private readonly WalletRun _wallet = new();

    public void Dispose() => _wallet.Dispose();

    [Fact]
    public async Task A_new_account_is_listed_paid_and_spends()
    {
        Assert.Equal(ExitCode.Ok, await _wallet.Typing("secret", "secret").RunAsync("new", "--name", "alice", "--light"));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("list", "--json"));
        var address = (string)_wallet.Json["accounts"]![0]!["address"]!;
        Assert.Equal("alice", (string)_wallet.Json["accounts"]![0]!["name"]!);
        _wallet.Node.Fund(Address.Parse(address), "2");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("balance", "--json"));
        Assert.Equal("2", (string)_wallet.Json["accounts"]![0]!["ether"]!);
        Assert.Equal(ExitCode.Ok,
            await _wallet.Typing("wrong", "secret").RunAsync("send", "--to", "dev:0", "--value", "1ether", "--yes"));
        Assert.Equal((ulong)0, Assert.Single(_wallet.Node.Sent).Nonce);
    }

    [Fact]
    public async Task A_new_phrase_brings_the_same_account_back()
    {
        Environment("pass");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("new", "--mnemonic", "--words", "24", "--light", "--json"));
        var (phrase, address) = ((string)_wallet.Json["mnemonic"]!, (string)_wallet.Json["address"]!);
        Assert.Equal(24, phrase.Split(' ').Length);
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("import", "--mnemonic-file", _wallet.WriteFile("phrase", phrase), "--keystore",
                Path.Combine(_wallet.Folder, "other"), "--light", "--json"));
        Assert.Equal(address, (string)_wallet.Json["accounts"]![0]!["address"]!);
    }

    [Fact]
    public async Task The_phrase_is_not_kept_in_the_keystore()
    {
        Environment("pass");
        await _wallet.RunAsync("new", "--mnemonic", "--light", "--json");
        var words = ((string)_wallet.Json["mnemonic"]!).Split(' ');
        Assert.DoesNotContain($"{words[0]} {words[1]}", File.ReadAllText(Assert.Single(Directory.GetFiles(_wallet.Keystore))),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_accounts_of_a_phrase_are_imported_in_one_go()
    {
        Environment("pass");
        var phrase = _wallet.WriteFile("phrase", DevAccounts.Phrase);
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("import", "--mnemonic-file", phrase, "--path", "m/44'/60'/0'/0/1", "--light", "--json"));
        Assert.Equal(DevAccounts.Key(1).Address.ToString(), (string)_wallet.Json["accounts"]![0]!["address"]!);
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("import", "--mnemonic-file", phrase, "--count", "3", "--light", "--json"));
        Assert.Equal([0, 2],
            _wallet.Json["accounts"]!.AsArray().Select(account =>
                DevAccounts.IndexOf(Address.Parse((string)account!["address"]!))!.Value));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("environment")]
    [InlineData("prompt")]
    public async Task A_private_key_comes_from_a_file_the_environment_or_a_person(string source)
    {
        Environment("pass");
        if (source == "environment") _wallet.Environment["CHAIN_PRIVATE_KEY"] = Secret[2..];
        if (source == "prompt") _wallet.Typing(Secret);
        string[] more = source == "file" ? ["--key-file", _wallet.WriteFile("key", Secret + "\n")] : [];
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync(["import", "--light", "--json", .. more]));
        Assert.Equal(SecretsAddress, (string)_wallet.Json["accounts"]![0]!["address"]!);
        Assert.DoesNotContain(Secret[2..], _wallet.Output + _wallet.Error, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_keystore_file_of_another_wallet_is_taken_over_under_a_new_password()
    {
        var foreign = _wallet.WriteFile("foreign.json",
            KeystoreFile.Create(new PrivateKey(Hex.Decode(Secret)), "old", new KeyDerivation.Pbkdf2(10, [1])).ToJson());
        Environment("new");
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("import", "--keystore-file", foreign, "--old-password-file",
                _wallet.WriteFile("old", "old\r\n"), "--light"));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("export", "--yes", "--json"));
        Assert.Equal(Secret, (string)_wallet.Json["privateKey"]!);
        Assert.Equal(ExitCode.WrongPassword,
            await _wallet.RunAsync("import", "--keystore-file", foreign, "--light", "--keystore",
                Path.Combine(_wallet.Folder, "x")));
    }

    [Fact]
    public async Task An_account_is_not_imported_twice()
    {
        await ImportAsync();
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("import", "--light"));
        Assert.Contains("in the keystore already", _wallet.Error, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_wallet.Keystore));
    }

    [Fact]
    public async Task The_private_key_is_shown_only_after_asking()
    {
        await ImportAsync();
        Assert.Equal(ExitCode.Failed, await _wallet.Answering("no").RunAsync("export"));
        Assert.DoesNotContain(Secret[2..], _wallet.Output + _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync("export"));
        Assert.Equal(ExitCode.Ok, await _wallet.Answering("y").RunAsync("export", SecretsAddress));
        Assert.Contains(Secret, _wallet.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_exported_to_a_file_is_the_owners_alone_and_overwrites_nothing()
    {
        await ImportAsync();
        var file = Path.Combine(_wallet.Folder, "secret");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("export", "--out", file, "--yes"));
        Assert.Equal(Secret + "\n", File.ReadAllText(file));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.DoesNotContain(Secret[2..], _wallet.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("export", "--out", file, "--yes"));
    }

    [Fact]
    public async Task A_wrong_password_has_its_own_code_and_changes_nothing()
    {
        await ImportAsync();
        Environment("not it");
        _wallet.Node.Fund(Address.Parse(SecretsAddress), "5");
        Assert.Equal(ExitCode.WrongPassword,
            await _wallet.RunAsync("send", "--to", "dev:0", "--value", "1ether", "--yes", "--json"));
        Assert.Contains("CHAIN_PASSWORD", (string)_wallet.Json["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Empty(_wallet.Node.Sent);
        _wallet.Environment.Remove("CHAIN_PASSWORD");
        Assert.Equal(ExitCode.WrongPassword, await _wallet.Typing("a", "b", "c").RunAsync("export", "--yes"));
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync("export", "--yes"));
        Assert.Contains("--password-file", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unknown,
            await _wallet.RunAsync("export", "--yes", "--password-file", Path.Combine(_wallet.Folder, "not there")));
    }

    [Fact]
    public async Task A_typed_password_is_typed_twice_alike_and_not_empty()
    {
        Assert.Equal(ExitCode.Ok, await _wallet.Typing("", "one", "two", "three", "three").RunAsync("new", "--light"));
        Assert.Equal(ExitCode.Ok, await _wallet.Typing("three").RunAsync("export", "--yes"));
    }

    [Fact]
    public async Task A_hostile_keystore_is_refused_before_it_costs_anything()
    {
        await ImportAsync();
        var file = Directory.GetFiles(_wallet.Keystore)[0];
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"n\":4096", "\"n\":1073741824", StringComparison.Ordinal));
        Assert.Equal(ExitCode.Unknown,
            await _wallet.RunAsync("send", "--from", SecretsAddress, "--to", "dev:0", "--value", "1wei", "--yes"));
        Assert.Contains("limit", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("list", "--json"));
        Assert.Contains("limit", (string)_wallet.Json["unreadable"]![0]!["reason"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("hello", "it is not JSON")]
    [InlineData("[]", "it is not a JSON object")]
    [InlineData("{\"address\":\"fcad0b19bb29d4674531d6f115237e16afce377c\",\"na", "it breaks off before its end")]
    [InlineData("{\"version\":3,\"crypto\":[]}", "crypto is missing or malformed")]
    [InlineData("{\"version\":3,\"crypto\":{\"cipher\":\"\\ud800\"}}", "not Unicode")]
    public async Task A_damaged_file_is_named_with_what_is_wrong_and_the_others_go_on_working(string content, string why)
    {
        await ImportAsync("--name", "bob");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("new", "--light", "--name", "carol", "--json"));
        var (carol, damaged) = ((string)_wallet.Json["address"]!, (string)_wallet.Json["file"]!);
        File.WriteAllText(damaged, content);
        _wallet.Node.Fund(Address.Parse(SecretsAddress), "5");

        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "bob", "--to", carol, "--value", "1wei", "--yes"));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("list"));
        Assert.Contains("bob", _wallet.Output, StringComparison.Ordinal);
        AssertComplains();
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("balance"));
        AssertComplains();
        Assert.Equal(ExitCode.Unknown, await _wallet.RunAsync("balance", "carol"));
        AssertComplains();
        Assert.Equal(ExitCode.Unknown, await _wallet.RunAsync("export", carol, "--yes"));
        AssertComplains();

        // Without a name bob must not pay for what carol may have been meant to.
        Assert.Equal(ExitCode.Unknown, await _wallet.RunAsync("send", "--to", "dev:0", "--value", "1wei", "--yes"));
        AssertComplains();

        void AssertComplains()
        {
            Assert.Contains($"{damaged} cannot be used: ", _wallet.Error, StringComparison.Ordinal);
            Assert.Contains(why, _wallet.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_key_of_a_damaged_file_can_be_brought_in_again()
    {
        Directory.CreateDirectory(_wallet.Keystore);
        File.WriteAllText(Path.Combine(_wallet.Keystore,
            $"UTC--2025-01-01T00-00-00.000000000Z--{SecretsAddress[2..].ToLowerInvariant()}"), "{");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("list"));
        Assert.Contains("can be read", _wallet.Output, StringComparison.Ordinal);
        await ImportAsync();
        _wallet.Node.Fund(Address.Parse(SecretsAddress), "5");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--to", "dev:0", "--value", "1wei", "--yes"));
    }

    [Fact]
    public async Task An_empty_wallet_says_what_to_do()
    {
        Assert.Equal(ExitCode.Unknown, await _wallet.RunAsync("balance"));
        Assert.Contains("wallet new", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("list"));
        Assert.Contains("wallet new", _wallet.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("list", "--dev", "--json"));
        Assert.Equal(10, _wallet.Json["development"]!.AsArray().Count);
    }

    [Fact]
    public async Task With_two_accounts_the_sender_must_be_named()
    {
        await ImportAsync("--name", "bob");
        await _wallet.RunAsync("new", "--light", "--name", "carol");
        Assert.Equal(ExitCode.Unknown, await _wallet.RunAsync("send", "--to", "dev:0", "--value", "1wei", "--yes"));
        Assert.Contains("(bob)", _wallet.Error, StringComparison.Ordinal);
        Assert.Contains("(carol)", _wallet.Error, StringComparison.Ordinal);
        _wallet.Node.Fund(Address.Parse(SecretsAddress), "5");
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "BOB", "--to", "carol", "--value", "1wei", "--yes"));
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("new", "--light", "--name", "Bob"));
    }

    [Fact]
    public async Task A_development_key_in_the_keystore_stays_bound_to_its_chain()
    {
        Environment("pass");
        await _wallet.RunAsync("import", "--light", "--key-file",
            _wallet.WriteFile("key", Hex.Encode(DevAccounts.Key(0).Secret)));
        _wallet.Node.Fund(DevAccounts.Key(0).Address, "5");
        _wallet.Node.ChainId = 1;
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("send", "--to", SecretsAddress, "--value", "1wei", "--yes"));
        Assert.Contains("key everybody knows", _wallet.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import", "--mnemonic", "--key-file", "x")]
    [InlineData("import", "--count", "0")]
    [InlineData("import", "--count", "2", "--name", "x")]
    [InlineData("new", "--words", "13")]
    [InlineData("new", "--name", "0xabc")]
    [InlineData("new", "--name", "dev:1")]
    [InlineData("new", "--name", "two words")]
    public async Task Options_that_make_no_sense_are_usage_errors(params string[] args)
    {
        Environment("pass");
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync([.. args, "--light"]));
        Assert.False(Directory.Exists(_wallet.Keystore));
    }

    [Theory]
    [InlineData("--key-file", "hello")]
    [InlineData("--key-file", "0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("--key-file", "")]
    [InlineData("--mnemonic-file", "abandon abandon abandon")]
    public async Task What_is_no_key_is_refused_without_repeating_it(string option, string content)
    {
        Environment("pass");
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync("import", option, _wallet.WriteFile("input", content), "--light"));
        if (content.Length > 0) Assert.DoesNotContain(content, _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unknown,
            await _wallet.RunAsync("import", option, Path.Combine(_wallet.Folder, "not there"), "--light"));
    }

    [Fact]
    public async Task A_key_file_that_never_ends_is_refused_by_name()
    {
        if (!File.Exists("/dev/zero")) return;
        Environment("pass");
        Assert.Equal(ExitCode.Unknown, await _wallet.RunAsync("import", "--key-file", "/dev/zero", "--light"));
        Assert.Contains("'/dev/zero' is longer than", _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_keystore_folder_that_cannot_be_written_is_named()
    {
        Environment("pass");
        var file = _wallet.WriteFile("a file", "");
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("new", "--light", "--keystore", Path.Combine(file, "below")));
        Assert.Contains(file, _wallet.Error, StringComparison.Ordinal);
    }

    private void Environment(string password) => _wallet.Environment["CHAIN_PASSWORD"] = password;

    private async Task ImportAsync(params string[] more)
    {
        Environment("pass");
        _wallet.Environment["CHAIN_PRIVATE_KEY"] = Secret;
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync(["import", "--light", .. more]));
    }
}
