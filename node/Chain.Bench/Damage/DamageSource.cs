using System.Text.Json.Nodes;
using Chain.Rpc.Client;
using Chain.Rules.Stake;
using Chain.Rules.Work;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>
/// The folder of a one-node network that damage is done to copies of, with what its node answers when nothing is damaged.
/// </summary>
internal sealed class DamageSource(string name, TestnetFolder folder, TestnetManifest manifest)
{
    private const ulong Blocks = 12;
    private const ulong SlotMs = 500;
    private const int Transfers = 5;

    public string Name => name;

    public TestnetFolder Folder => folder;

    public TestnetManifest Manifest => manifest;

    /// <summary>Questions about what is there, and their sound answers.</summary>
    public IReadOnlyList<DamageQuestion> Questions { get; private set; } = [];

    /// <summary>
    /// Runs a node for a while, and keeps its folder as a kill leaves it, as a stop does, and as a kill soon after the next
    /// start.
    /// </summary>
    public static async Task<IReadOnlyList<DamageSource>> MakeAsync(bool isStake, int port, string path,
        CancellationToken cancellation)
    {
        var folder = new TestnetFolder(Path.Combine(path, "live"));
        RuleWishes wishes = isStake
            ? new StakeWishes { Validators = 4, SlotMs = SlotMs, SlotsPerEpoch = 4 }
            : new WorkWishes();
        var manifest = TestnetPlan.Create(folder, new TestnetWishes
        {
            Nodes = 1,
            RpcPort = port,
            PeerPort = port + 500,
            Rule = wishes,
        });
        var runner = new TestnetRunner(folder, manifest, wishes.Rule);
        var kept = new List<DamageSource>();
        try
        {
            await runner.StartAllAsync(cancellation);
            using (var client = new NodeClient(port))
            {
                foreach (var raw in TransferBench.Payments(Transfers))
                    await client.AskAsync("eth_sendRawTransaction", [raw], cancellation);
            }

            await runner.WaitForBlockAsync(Blocks, cancellation);
            runner.Kill(0);
            Keep("killed");
            await runner.StartAsync(0, cancellation);
            await runner.StopAllAsync();
            Keep("stopped");
            await runner.StartAsync(0, cancellation);
            runner.Kill(0);
            Keep("killed-again");
            return kept;
        }
        finally
        {
            await runner.StopAllAsync();
        }

        void Keep(string how)
        {
            var copy = new TestnetFolder(Path.Combine(path, how));
            Copy(folder.Path, copy.Path);
            kept.Add(new DamageSource($"{manifest.Consensus}, {how}", copy, manifest));
        }
    }

    public static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>Asks a node on a sound copy all that trials will ask.</summary>
    public async Task AskSoundAsync(CancellationToken cancellation)
    {
        var sound = new TestnetFolder(folder.Path + "-sound");
        Copy(folder.Path, sound.Path);
        using var node = DamagedNode.Start(sound, manifest);
        if (!await node.AnswersAsync(cancellation))
            throw new TestnetException($"The node on a sound copy of {folder.Path} does not start: {await node.EndAsync()}");
        using var client = new NodeClient(manifest.Nodes[0].RpcPort, TimeSpan.FromSeconds(30));
        Questions = await DamageQuestion.AskAllAsync(client, cancellation);
        await node.EndAsync();
    }
}

/// <summary>A question about what was stored, and the sound answer.</summary>
/// <param name="MayFail">Whether an error is an answer too.</param>
internal sealed record DamageQuestion(string Method, string Parameters, string Answer, bool MayFail)
{
    public JsonNode?[] ParametersJson => Parse(Parameters);

    public static async Task<IReadOnlyList<DamageQuestion>> AskAllAsync(NodeClient client, CancellationToken cancellation)
    {
        var questions = new List<DamageQuestion>();
        await AddAsync("eth_chainId", [], mayFail: false);
        var head = (await client.AskAsync("eth_blockNumber", [], cancellation)).Number();
        var lowest = Math.Min(head, 10);
        await AddAsync("chain_getBlockTree", [new JsonObject { ["from"] = "0x0", ["to"] = $"0x{lowest:x}" }], mayFail: true);
        for (ulong number = 0; number <= lowest; number++)
        {
            var block = await AddAsync("eth_getBlockByNumber", [$"0x{number:x}", true], mayFail: true);
            await AddAsync("eth_getBlockByHash", [block.Require("hash").Text(), false], mayFail: true);
            await AddAsync("eth_getBlockReceipts", [$"0x{number:x}"], mayFail: true);
            foreach (var transaction in block.Require("transactions").Items())
            {
                var hash = transaction.Require("hash").Text();
                await AddAsync("eth_getTransactionByHash", [hash], mayFail: true);
                await AddAsync("eth_getTransactionReceipt", [hash], mayFail: true);
                await AddAsync("chain_getAddressHistory", [transaction.Require("to").Text()], mayFail: true);
                await AddAsync("eth_getBalance", [transaction.Require("from").Text(), $"0x{lowest:x}"], mayFail: true);
                await AddAsync("eth_getBalance", [transaction.Require("to").Text(), $"0x{lowest:x}"], mayFail: true);
            }
        }

        var enode = (await client.AskAsync("chain_nodeInfo", [], cancellation)).Require("enode").Text();
        questions.Add(new DamageQuestion("chain_nodeInfo", "[]", enode, MayFail: false));
        return questions;

        async Task<Answer> AddAsync(string method, JsonNode?[] parameters, bool mayFail)
        {
            var text = new JsonArray(parameters).ToJsonString();
            var answer = await client.AskAsync(method, Parse(text), cancellation);
            questions.Add(new DamageQuestion(method, text, answer.ToJson(), mayFail));
            return answer;
        }
    }

    private static JsonNode?[] Parse(string parameters) =>
        [.. JsonNode.Parse(parameters)!.AsArray().Select(parameter => parameter?.DeepClone())];
}
