using System.Text.Json;
using Chain.Consensus.Clique;
using Chain.Primitives;
using Chain.Rules.Clique;

namespace Chain.Tests;

public sealed class CliqueMethodTests
{
    private static readonly Address[] Signers = [.. Enumerable.Range(70, 3).Select(i => TestNode.KeyOf(i).Address).Order()];
    private static readonly Address Candidate = TestNode.KeyOf(80).Address;

    [Fact]
    public async Task Signers_votes_and_turns_are_told_of_the_head()
    {
        await using var server = await StartAsync();
        server.Node.Show(View(server.Node));

        Assert.Equal(Signers.Select(Hex), Texts(await server.CallAsync("clique_getSigners")));
        var snapshot = await server.CallAsync("clique_getSnapshot", "\"latest\"");
        Assert.Equal((Hex(Signers[1]), 2, false),
            (snapshot.GetProperty("inTurn").GetString(), snapshot.GetProperty("signerLimit").GetInt32(),
                snapshot.GetProperty("stalled").GetBoolean()));
        var tally = Assert.Single(snapshot.GetProperty("tally").EnumerateArray());
        Assert.Equal((Hex(Candidate), true, 1),
            (tally.GetProperty("address").GetString(), tally.GetProperty("authorize").GetBoolean(),
                tally.GetProperty("votes").GetInt32()));
        var status = await server.CallAsync("chain_status");
        Assert.Equal(Signers.Select(Hex), Texts(status.GetProperty("clique").GetProperty("signers")));
        var proposals = await server.CallAsync("clique_proposals");
        Assert.True(Assert.Single(proposals.EnumerateObject()).Value.GetBoolean());
    }

    [Fact]
    public async Task A_block_that_is_not_there_has_no_signers()
    {
        await using var server = await StartAsync();
        server.Node.Show(View(server.Node));
        Assert.Equal(-32001, (await server.ErrorAsync("clique_getSigners", "\"0xffff\"")).Code);
        Assert.Equal(-32602, (await server.ErrorAsync("clique_getSignersAtHash", "\"luck\"")).Code);
    }

    [Fact]
    public async Task Until_the_node_has_looked_at_its_signers_it_says_so()
    {
        await using var server = await StartAsync();
        Assert.Contains("has not looked at its signers yet", (await server.ErrorAsync("clique_status")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("clique_propose", ", true")]
    [InlineData("clique_discard", "")]
    public async Task Only_the_administration_port_takes_a_vote(string method, string more)
    {
        await using var server = await StartAsync();
        server.Node.Show(View(server.Node));
        var arguments = $"\"{Candidate}\"{more}";

        Assert.Equal(-32601, (await server.ErrorAsync(method, arguments)).Code);

        // The core behind it runs another rule, which says so: the message came through.
        var (code, message) = await server.ErrorAsync(method, arguments, server.AdminUri);
        Assert.Equal((-32000, "this chain's consensus has no messages of its own"), (code, message));
        Assert.Equal(-32602, (await server.ErrorAsync(method, $"\"0x12\"{more}", server.AdminUri)).Code);
    }

    [Fact]
    public async Task A_stalled_chain_is_an_alert_and_without_a_period_nothing_else_is_late()
    {
        await using var server = await StartAsync(period: 0);
        server.Node.Mine();
        server.Node.Wait(TimeSpan.FromHours(1));
        server.Node.Show(View(server.Node));
        Assert.Empty(await AlertsAsync(server));

        server.Node.Show(View(server.Node) with { IsStalled = true });
        Assert.Equal(["chain_stalled"], await AlertsAsync(server));
    }

    [Fact]
    public async Task Confidence_counts_the_signers_that_sealed_on_top()
    {
        await using var server = await StartAsync();
        var hash = server.Node.Send(server.Node.Transfer(0, Candidate, 1));
        server.Node.Mine(3);
        server.Node.Show(View(server.Node));

        var confidence = await server.CallAsync("chain_getConfidence", $"\"{hash}\"");

        Assert.Equal(("clique", 1, 3),
            (confidence.GetProperty("rule").GetString(), confidence.GetProperty("sealedBy").GetInt32(),
                confidence.GetProperty("signers").GetInt32()));
        Assert.Contains("1 of 3 signers have sealed it or on top of it: wait for 2", confidence.GetProperty("level").GetString(),
            StringComparison.Ordinal);
    }

    private static Task<RpcTestServer> StartAsync(ulong period = 2) =>
        RpcTestServer.StartAsync(new TestNode { Api = new CliqueApi(new CliqueSettings { PeriodSeconds = period }) });

    private static async Task<List<string>> AlertsAsync(RpcTestServer server) =>
        [.. (await server.CallAsync("chain_status")).GetProperty("alerts").EnumerateArray()
            .Select(alert => alert.GetProperty("name").GetString()!)];

    private static CliqueView View(TestNode node) => new()
    {
        Settings = new CliqueSettings(),
        Number = node.View.Head.Number,
        Hash = node.View.Head.Hash,
        Signers = Signers,
        Recents = [],
        Votes = [new CliqueVote(1, Signers[0], Candidate, Authorize: true)],
        Tally = [new CliqueTally(Candidate, Authorize: true, Votes: 1)],
        Proposals = [new CliqueProposal(Candidate, Authorize: true)],
        InTurn = Signers[1],
        MaySign = Signers,
        SignerLimit = 2,
        IsStalled = false,
    };

    private static string Hex(Address account) => SignerKeys.NameOf(account);

    private static IEnumerable<string> Texts(JsonElement list) => list.EnumerateArray().Select(item => item.GetString()!);
}
