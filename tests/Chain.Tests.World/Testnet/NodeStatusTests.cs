using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Rpc.Client;
using Chain.Rules.Stake;
using Chain.Testnet;

namespace Chain.Tests;

/// <summary>What answers on a node's port is read once, strictly: anything else than a status counts as no answer.</summary>
public sealed class NodeStatusTests
{
    private static readonly string Hash = StubNode.HashOf(1).ToString();

    private static JsonObject Sound() => new()
    {
        ["head"] = Block(7),
        ["safe"] = Block(6),
        ["finalized"] = null,
        ["totalDifficulty"] = "0x100",
        ["peers"] = new JsonArray(new JsonObject()),
        ["reorgs"] = new JsonArray(new JsonObject
        {
            ["depth"] = 1,
            ["ancestor"] = Block(1),
            ["from"] = Block(2),
            ["to"] = Block(3),
        }),
        ["pool"] = new JsonObject { ["pending"] = 1, ["queued"] = 2 },
        ["mining"] = true,
        ["hashRate"] = 1.5,
        ["syncing"] = false,
        ["alerts"] = new JsonArray(new JsonObject { ["name"] = "clock_skew", ["message"] = "late" }),
        ["stake"] = new JsonObject
        {
            ["slot"] = 9,
            ["epoch"] = 2,
            ["slotsPerEpoch"] = 4,
            ["slotDurationMs"] = 1000,
            ["proposer"] = null,
            ["justified"] = Checkpoint(1),
            ["finalized"] = Checkpoint(0),
            ["finalityDelay"] = 2,
            ["participation"] = new JsonObject { ["previousEpoch"] = 1, ["currentEpoch"] = 0.25 },
            ["leaking"] = false,
            ["totalActiveGwei"] = 5,
            ["validators"] = new JsonObject { ["total"] = 4, ["active"] = 4, ["local"] = 1, ["localBalanceGwei"] = 32 },
            ["slashed"] = new JsonArray(2),
            ["silent"] = new JsonArray(),
            ["waitingEvidence"] = 0,
            ["halted"] = null,
        },
    };

    private static JsonObject Block(int number) => new() { ["number"] = $"0x{number}", ["hash"] = Hash, ["timestamp"] = "0x1" };

    private static JsonObject Checkpoint(int epoch) => new() { ["epoch"] = epoch, ["blockHash"] = Hash, ["number"] = "0x5" };

    private static JsonObject Print(JsonNode? status)
    {
        var answer = new Answer("chain_status", JsonDocument.Parse(status?.ToJsonString() ?? "null").RootElement);
        var rule = StakeNetwork.Instance;
        var node = StatusSample.Node(0) with { Status = NodeStatus.Read(answer), OfRule = rule.ReadStatus(answer) };
        return NetworkStatusJson.ToJson(StatusSample.Network(node), rule)["nodes"]![0]!.AsObject();
    }

    public static TheoryData<string> Fields => [.. Sound().Select(item => item.Key)];

    [Fact]
    public void A_status_is_printed_with_plain_numbers()
    {
        var printed = Print(Sound());
        Assert.Equal((7L, Hash), ((long)printed["head"]!["number"]!, (string?)printed["head"]!["hash"]));
        Assert.Equal((1, 1L), ((int)printed["peers"]!, (long)printed["reorgs"]![0]!["depth"]!));
        Assert.Equal(("clock_skew", 5L),
            ((string?)printed["alerts"]![0]!["name"], (long)printed["stake"]!["finalized"]!["number"]!));
        Assert.Null(printed["finalized"]);
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_field_of_another_shape_makes_it_no_status(string field)
    {
        foreach (var odd in new[] { "\"x\"", "7", "[1]", "[\"x\"]", "{}", "{\"hash\":5}", "[[]]", "-1", "1e400" })
        {
            var status = Sound();
            status[field] = JsonNode.Parse(odd);
            var isSound = field switch
            {
                "hashRate" => odd is "7" or "-1",
                "totalDifficulty" => odd == "7",
                "peers" => odd[0] == '[',
                _ => false,
            };
            if (!isSound) Assert.Throws<UnexpectedAnswerException>(() => Print(status));
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"status\"")]
    public void Anything_else_is_no_status(string answer) =>
        Assert.Throws<UnexpectedAnswerException>(() => Print(JsonNode.Parse(answer)));

    [Theory]
    [InlineData("""{"id":1,"result":{"head":1,"head":2}}""")]
    [InlineData("""{"id":1,"error":1,"error":2}""")]
    [InlineData("[]")]
    [InlineData("\ud800")]
    public async Task An_answer_that_is_no_JSON_RPC_is_none(string body)
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var served = ServeOnceAsync(listener, body);
        using var client = new NodeClient(((System.Net.IPEndPoint)listener.LocalEndpoint).Port);
        Assert.Null(await client.TryAskAsync("chain_status", NodeStatus.Read));
        await served;
    }

    private static async Task ServeOnceAsync(System.Net.Sockets.TcpListener listener, string body)
    {
        using var caller = await listener.AcceptTcpClientAsync();
        var stream = caller.GetStream();
        _ = await stream.ReadAsync(new byte[4096]);
        var content = System.Text.Encoding.UTF8.GetBytes(body);
        var head = $"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-7\r\nContent-Length: {content.Length}\r\n"
            + "Connection: close\r\n\r\n";
        await stream.WriteAsync((byte[])[.. System.Text.Encoding.ASCII.GetBytes(head), .. content]);
    }
}
