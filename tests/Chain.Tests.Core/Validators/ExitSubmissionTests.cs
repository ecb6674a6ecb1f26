using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Chain.Cli;
using Chain.Primitives;
using Chain.Rules.Stake;

namespace Chain.Tests;

/// <summary>An exit whose answer is lost. Alone, because it listens to the console.</summary>
[Collection("console")]
public sealed class ExitSubmissionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-exit-").FullName;
    private readonly List<string> _exits = [];
    private string _key = "";
    private ulong? _exitEpoch;
    private ulong _epoch = 7;

    // What chain_submitVoluntaryExit answers; null: the connection is closed.
    private Func<string?> _submit = () => "true";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_has_the_same_bytes_in_every_epoch()
    {
        Assert.Equal(0, (await ExitAsync()).Code);
        _epoch = 9;
        Assert.Equal(0, (await ExitAsync()).Code);
        Assert.Equal(2, _exits.Count);
        Assert.Single(_exits.Distinct());
    }

    [Fact]
    public async Task A_lost_answer_to_an_exit_that_the_chain_takes_is_a_success()
    {
        _submit = () =>
        {
            _exitEpoch = 12;
            return null;
        };
        var (code, document) = await ExitAsync();
        Assert.Equal((0, 12UL), (code, (ulong)document["exitEpoch"]!));
        Assert.Single(_exits);
    }

    [Fact]
    public async Task A_lost_answer_to_an_exit_that_no_block_has_says_that_it_may_be_accepted()
    {
        _submit = () => null;
        var (code, document) = await ExitAsync();
        Assert.Equal((8, "MaybeAccepted"), (code, (string?)document["error"]!["code"]));
        Assert.Contains("does no harm", (string)document["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal(Assert.Single(_exits), (string?)document["exit"]);
    }

    [Fact]
    public async Task An_answer_that_is_no_JSON_is_looked_into_and_a_refusal_stays_one()
    {
        _submit = () => "<html>502</html>";
        Assert.Equal(8, (await ExitAsync()).Code);
        _submit = () => "1,\"error\":{\"code\":-32000,\"message\":\"not active long enough\"}";
        var (code, document) = await ExitAsync();
        Assert.Equal((1, "Failed"), (code, (string?)document["error"]!["code"]));
        Assert.Contains("not active long enough", (string)document["error"]!["message"]!, StringComparison.Ordinal);
    }

    private async Task<(int Code, JsonNode Document)> ExitAsync()
    {
        if (_key.Length == 0) _key = ValidatorKeys.NameOf(ValidatorKeys.Create(_folder).Value.Key);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var end = new CancellationTokenSource();
        var serving = ServeAsync(listener, end.Token);
        var output = Console.Out;
        var heard = new StringWriter();
        Console.SetOut(heard);
        try
        {
            var url = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
            var code = await ChainProgram.RunAsync(["validator", "exit", "0", "--validators", _folder, "--rpc", url, "--yes",
                "--json"]);
            return (code, JsonNode.Parse(heard.ToString())!);
        }
        finally
        {
            Console.SetOut(output);
            await end.CancelAsync();
            await serving;
        }
    }

    private async Task ServeAsync(TcpListener listener, CancellationToken end)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync(end);
                var stream = client.GetStream();
                var call = await ReadAsync(stream, end);
                if (Answer(call) is not { } result) continue;
                var body = $$"""{"jsonrpc":"2.0","id":{{call["id"]}},"result":{{result}}}""";
                var head = $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: "
                    + $"close\r\n\r\n";
                await stream.WriteAsync(Encoding.Latin1.GetBytes(head + body), end);
            }
        }
        catch (OperationCanceledException)
        {
            // The command is over.
        }
    }

    private string? Answer(JsonNode call)
    {
        switch ((string?)call["method"])
        {
            case "chain_validators":
                var exit = _exitEpoch?.ToString() ?? "null";
                return $$$"""
                    {"slot":{{{_epoch * 8}}},"epoch":{{{_epoch}}},"validators":[{"index":0,"publicKey":"0x{{{_key}}}","status":"active",
                    "balanceGwei":32000000000,"previousEpoch":{"source":true,"target":true,"head":true},"inactivityScore":0,"local":true,
                    "randao":{"commitment":"{{{Keccak256.Hash("onion"u8)}}}","firstEpoch":0,"endsBefore":100},
                    "activationEpoch":3,"exitEpoch":{{{exit}}}}],
                    "deposits":{"address":"0x00000000000000000000000000000000000000dd","minGwei":1,"randaoOnionLayers":8,
                    "commitmentDelayEpochs":2}}
                    """;
            case "chain_nodeInfo":
                return $$"""{"chainId":"0x7a69","genesisHash":"{{Keccak256.Hash("genesis"u8)}}"}""";
            default:
                _exits.Add((string)call["params"]![0]!);
                return _submit();
        }
    }

    private static async Task<JsonNode> ReadAsync(NetworkStream stream, CancellationToken end)
    {
        var read = new StringBuilder();
        var buffer = new byte[4096];
        while (!read.ToString().EndsWith('}'))
            read.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAtLeastAsync(buffer, 1, cancellationToken: end)));
        var text = read.ToString();
        return JsonNode.Parse(text[text.IndexOf("\r\n\r\n", StringComparison.Ordinal)..])!;
    }
}
