using System.Text.Json.Nodes;

namespace Chain.Tests.EndToEnd;

/// <summary>Clique on real processes: sealing, halting, voting, and blocks that come with transactions alone.</summary>
public sealed class CliqueTests
{
    private const string Newcomer = "0x1111111111111111111111111111111111111111";

    [Fact]
    public async Task With_too_few_signers_the_chain_halts_and_says_so_and_with_them_back_it_goes_on()
    {
        await using var network = await UpAsync("--period", "1s");
        await network.ConvergedAsync(height: 4);
        (await network.TestnetAsync("kill", "0")).Succeeded();
        var height = await network.HeightAsync(1);
        await network.ConvergedAsync(height: (long)height + 3);

        (await network.TestnetAsync("kill", "1")).Succeeded();
        var halted = await TestNetwork.UntilAsync(network.StatusAsync,
            status => status["nodes"]![2]!["alerts"]?.AsArray().Any(alert => (string?)alert!["name"] == "chain_stalled") == true,
            "node 2 says that the chain has stalled");
        Assert.True((bool)halted["nodes"]![2]!["clique"]!["stalled"]!);
        var screen = (await Programs.ChainAsync("testnet", "status", "--dir", network.Folder)).Succeeded().Output;
        Assert.Contains("stalled: nobody seals the next block", screen, StringComparison.Ordinal);

        var last = (long)halted["nodes"]![2]!["head"]!["number"]!;
        (await network.TestnetAsync("restart", "0")).Succeeded();
        (await network.TestnetAsync("restart", "1")).Succeeded();
        await network.ConvergedAsync(height: last + 4);
    }

    [Fact]
    public async Task Signers_vote_an_account_in_and_out_and_only_the_administration_port_takes_a_vote()
    {
        await using var network = await UpAsync("--period", "1s");
        await network.ConvergedAsync(height: 2);
        var refused = await Programs.ChainAsync("clique", "propose", Newcomer, "--rpc", network.Url(0));
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("answer on the admin port", refused.Errors, StringComparison.Ordinal);
        Assert.Equal(3, (await SignersAsync(network)).Count);

        await ProposeAsync(network, 0, Newcomer);
        await ProposeAsync(network, 1, Newcomer);
        await TestNetwork.UntilAsync(() => SignersAsync(network), signers => signers.Contains(Newcomer),
            "the newcomer is a signer");

        // Of four signers three must want it out, and one of the four is nobody.
        foreach (var node in new[] { 0, 1, 2 }) await ProposeAsync(network, node, Newcomer, "--remove");
        await TestNetwork.UntilAsync(() => SignersAsync(network), signers => !signers.Contains(Newcomer),
            "the newcomer is no signer");
    }

    [Fact]
    public async Task Without_a_period_a_transfer_is_sealed_at_once_and_no_block_comes_without_one()
    {
        await using var network = await UpAsync("--period", "0");
        var sent = await Programs.WalletAsync("send", "--from", "dev:0", "--to", Newcomer, "--value", "1ether", "--yes",
            "--wait", "1", "--rpc", network.Url(3));
        sent.Succeeded();
        await network.ConvergedAsync(height: 1);
        Assert.Equal(1UL, await network.HeightAsync(0));
        var hash = (string)(await network.CallAsync(0, "eth_getBlockByNumber", "0x1", false))!["transactions"]![0]!;
        var confidence = await network.CallAsync(0, "chain_getConfidence", hash);
        Assert.Equal(("clique", 1, 3, false),
            ((string?)confidence!["rule"], (int)confidence["sealedBy"]!, (int)confidence["signers"]!,
                (bool)confidence["finalized"]!));
        Assert.Empty((await network.StatusAsync())["nodes"]![0]!["alerts"]!.AsArray());
    }

    [Fact]
    public async Task A_cut_network_of_signers_has_one_head_again_when_it_is_healed()
    {
        await using var network = await UpAsync("--period", "1s", "--signers", "4");
        await network.ConvergedAsync(height: 3);
        (await network.TestnetAsync("partition", "0,1|2,3")).Succeeded();
        await TestNetwork.UntilAsync(network.StatusAsync, status => !(bool)status["converged"]!, "two heads");
        (await network.TestnetAsync("heal")).Succeeded();
        var height = (long)await network.HeightAsync(0);
        await network.ConvergedAsync(height: height + 3);
    }

    private static Task<TestNetwork> UpAsync(params string[] more) =>
        TestNetwork.UpAsync(4, ["--consensus", "clique", .. more]);

    private static async Task ProposeAsync(TestNetwork network, int node, string account, params string[] more) =>
        (await Programs.ChainAsync(["clique", "propose", account, "--json", "--rpc",
            $"http://127.0.0.1:{network.RpcPort + 1000 + node}", .. more])).Succeeded();

    private static async Task<List<string>> SignersAsync(TestNetwork network) =>
        [.. ((JsonArray)(await network.CallAsync(2, "clique_getSigners"))!).Select(signer => (string)signer!)];
}
