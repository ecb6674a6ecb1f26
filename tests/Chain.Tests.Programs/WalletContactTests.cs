using System.Text.Json.Nodes;
using Chain.Primitives;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>Contacts: names that pay, look up and show in place of addresses, and are never taken for anything else.</summary>
public sealed class WalletContactTests : IDisposable
{
    private const string Dev0 = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
    private const string Nobody = "0x00000000000000000000000000000000000000aa";
    private static readonly string Other = Address.Parse("0x00000000000000000000000000000000000000bb").ToString();

    private readonly WalletRun _wallet = new();

    public WalletContactTests()
    {
        _wallet.Node.Fund(Address.Parse(Dev0), "100");
        _wallet.Environment["CHAIN_PASSWORD"] = "pass";
    }

    public void Dispose() => _wallet.Dispose();

    private Task<ExitCode> AddAsync(string name, string address = Nobody) => _wallet.RunAsync("contact", "add", name, address);

    [Fact]
    public async Task A_contact_is_added_listed_and_removed()
    {
        Assert.Equal(ExitCode.Ok, await AddAsync("Bob"));
        Assert.Equal(ExitCode.Ok, await AddAsync("alice", Other));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("contact", "list", "--json"));
        Assert.Equal([("alice", Other), ("Bob", Address.Parse(Nobody).ToString())],
            _wallet.Json["contacts"]!.AsArray().Select(item => ((string)item!["name"]!, (string)item["address"]!)));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("contact", "list"));
        Assert.Contains(Other, _wallet.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("contact", "remove", "bOB"));
        Assert.Contains(Address.Parse(Nobody).ToString(), _wallet.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Unknown, await _wallet.RunAsync("contact", "remove", "bob"));
        Assert.Equal(ExitCode.Ok, await AddAsync("BOB", Nobody));
    }

    [Theory]
    [InlineData("0xabc")]
    [InlineData("00000000000000000000000000000000000000aa")]
    [InlineData("dev:0")]
    [InlineData("DEV:7")]
    [InlineData("1.5ether")]
    [InlineData("100wei")]
    [InlineData("5")]
    [InlineData("ALL")]
    [InlineData("two words")]
    [InlineData("a\u202eb")]
    [InlineData("")]
    public async Task A_name_that_could_be_something_else_is_refused(string name)
    {
        Assert.Equal(ExitCode.Usage, await AddAsync(name));
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync("new", "--name", name, "--light"));
        Assert.Empty(_wallet.Book.Read().Contacts);
    }

    [Fact]
    public async Task A_name_that_looks_like_an_option_is_none()
    {
        Assert.Equal(ExitCode.Usage, await _wallet.RunAsync("contact", "add", "--", "-x", Nobody));
        Assert.Equal(ExitCode.Usage, await AddAsync("bob", "0x12"));
        Assert.Equal(ExitCode.Usage, await AddAsync("bob", "alice"));
        Assert.Equal(ExitCode.Usage, await AddAsync("bob", "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
        Assert.Contains("checksum", _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_and_an_address_are_unique_over_accounts_and_contacts()
    {
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("new", "--name", "alice", "--light", "--json"));
        var alice = (string)_wallet.Json["address"]!;
        Assert.Equal(ExitCode.Failed, await AddAsync("ALICE"));
        Assert.Contains($"belongs to {alice}", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, await AddAsync("me", alice));
        Assert.Equal(ExitCode.Ok, await AddAsync("bob"));
        Assert.Equal(ExitCode.Failed, await AddAsync("bob2"));
        Assert.Contains("called 'bob' already", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("new", "--name", "Bob", "--light"));
    }

    [Fact]
    public async Task A_contact_is_paid_once_its_whole_address_was_shown()
    {
        Assert.Equal(ExitCode.Ok, await AddAsync("bob", Other));
        Assert.Equal(ExitCode.Failed,
            await _wallet.Answering("n").RunAsync("send", "--from", "dev:0", "--to", "BOB", "--value", "1ether"));
        Assert.Contains($"to         {Other} (bob)", _wallet.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed,
            await _wallet.Answering("n").RunAsync("send", "--from", "dev:0", "--to", "bob", "--value", "1ether", "--json"));
        Assert.Contains($"1 ether to {Other} (bob). Send it?", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", "bob", "--value", "1ether", "--yes", "--json"));
        Assert.Equal((Other, "bob", "dev:0"),
            ((string)_wallet.Json["to"]!, (string)_wallet.Json["toName"]!, (string)_wallet.Json["fromName"]!));
        Assert.Equal(Address.Parse(Other), _wallet.Node.Sent[0].To);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("balance", "bob", "--json"));
        Assert.Equal("bob", (string)_wallet.Json["accounts"]![0]!["name"]!);
        Assert.Equal(ExitCode.Unknown,
            await _wallet.RunAsync("send", "--from", "bob", "--to", "dev:1", "--value", "1ether", "--yes"));
        Assert.Contains("The key of", _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bare_address_is_shown_with_its_contacts_name()
    {
        Assert.Equal(ExitCode.Ok, await AddAsync("bob", Other));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("send", "--from", "dev:0", "--to", Other, "--value", "1ether", "--yes"));
        Assert.Contains($"to         {Other} (bob)", _wallet.Output, StringComparison.Ordinal);
        var hash = _wallet.Node.Sent[0].Hash.ToString();
        _wallet.Node.Mine();
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("watch", hash, "--until", "1"));
        Assert.Contains($"from     {Dev0} (dev:0)", _wallet.Output, StringComparison.Ordinal);
        Assert.Contains($"to       {Other} (bob)", _wallet.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_is_looked_up_without_opening_the_book()
    {
        Directory.CreateDirectory(_wallet.Files.Database);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("balance", Nobody));
        Assert.Empty(_wallet.Error);
        Assert.False(File.Exists(_wallet.Files.Lock));
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync("balance", "bob"));
        Assert.Contains("cannot be used", _wallet.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_book_that_cannot_be_used_costs_no_key()
    {
        Directory.CreateDirectory(_wallet.Files.Database);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("new", "--name", "alice", "--light"));
        Assert.Contains("warning", _wallet.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("balance", "alice"));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("list"));
        Assert.Equal(ExitCode.Failed,
            await _wallet.RunAsync("send", "--from", "dev:0", "--to", "alice", "--value", "1ether", "--yes"));
        Assert.Empty(_wallet.Node.Handed);
    }

    [Fact]
    public async Task Contacts_survive_the_loss_of_either_file()
    {
        Assert.Equal(ExitCode.Ok, await AddAsync("bob", Other));
        File.Delete(_wallet.Files.Database);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("balance", "bob"));
        Assert.Contains("1 contact", _wallet.Error, StringComparison.Ordinal);
        File.Delete(_wallet.Journal);
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("balance", "bob"));
        Assert.Contains(Other, File.ReadAllText(_wallet.Journal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_shows_every_fate_with_names_and_nothing_is_cut_at_80_columns()
    {
        _wallet.OutputIsTerminal = true;
        Assert.Equal(ExitCode.Ok, await AddAsync(new string('n', 64), Other));
        string[] send = ["send", "--from", "dev:0", "--to", Other, "--value"];
        _wallet.Node.Refuse("eth_sendRawTransaction", -32000, "txpool \u001b[2J is full");
        Assert.Equal(ExitCode.Failed, await _wallet.RunAsync([.. send, "1ether", "--yes"]));
        _wallet.Node.Answer("eth_sendRawTransaction", p => _wallet.Node.Accept((string)p[0]!));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync([.. send, "2ether", "--yes"]));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("speed-up", _wallet.Node.Sent[0].Hash.ToString(), "--yes"));
        _wallet.Node.Answer("chain_getAddressHistory", _ => new JsonObject
        {
            ["items"] = new JsonArray(new JsonObject
            {
                ["hash"] = StubNode.HashOf(1).ToString(),
                ["blockNumber"] = "0x10",
                ["blockHash"] = StubNode.HashOf(2).ToString(),
                ["timestamp"] = "0x65920080",
                ["index"] = 0,
                ["from"] = Dev0,
                ["to"] = Other,
                ["value"] = "0xde0b6b3a7640000",
                ["fee"] = "0x5208",
                ["status"] = "0x0",
                ["nonce"] = "0x3",
            }),
        });
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("history", "dev:0", "--json"));
        Assert.Equal(["pending", "replaced", "refused"],
            _wallet.Json["notInTheChain"]!.AsArray().Select(item => (string)item!["state"]!));
        Assert.All(_wallet.Json["notInTheChain"]!.AsArray().Concat(_wallet.Json["items"]!.AsArray()), item =>
            Assert.Equal((Dev0, "dev:0", Other, new string('n', 64)),
                ((string)item!["from"]!, (string)item["fromName"]!, (string)item["to"]!, (string)item["toName"]!)));

        // The keystore is empty: it is the account that signed last.
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("history", "--json"));
        Assert.Equal((Dev0, "dev:0"), ((string)_wallet.Json["address"]!, (string)_wallet.Json["name"]!));
        Assert.Equal(ExitCode.Ok, await _wallet.RunAsync("history", "dev:0"));
        foreach (var hash in _wallet.Book.Read().Transfers.Select(transfer => transfer.Hash).Append(StubNode.HashOf(1)))
            Assert.Contains($"  hash  {hash}\n", _wallet.Output, StringComparison.Ordinal);
        Assert.Contains($"  to    {Other} ({new string('n', 64)})\n", _wallet.Output, StringComparison.Ordinal);
        Assert.Contains($"  from  {Dev0} (dev:0)\n", _wallet.Output, StringComparison.Ordinal);
        Assert.Contains("failed: the value was not moved", _wallet.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', _wallet.Output);
        Assert.Contains("txpool \\u001b[2J is full", _wallet.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_of_addresses_are_not_cut_at_80_columns()
    {
        _wallet.OutputIsTerminal = true;
        Assert.Equal(ExitCode.Ok,
            await _wallet.RunAsync("new", "--name", "somebody-with-a-rather-long-name", "--light", "--json"));
        var address = (string)_wallet.Json["address"]!;
        _wallet.Node.SetBalance(Address.Parse(address), UInt256.Parse("123456789123456789123456789"));
        foreach (var command in new[] { "list", "balance" })
        {
            Assert.Equal(ExitCode.Ok, await _wallet.RunAsync(command));
            Assert.Contains(address, _wallet.Output, StringComparison.Ordinal);
        }
    }
}
