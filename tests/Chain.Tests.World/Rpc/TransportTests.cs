using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Chain.Rpc;
using Microsoft.Extensions.Logging.Abstractions;

namespace Chain.Tests;

public sealed class TransportTests
{
    [Fact]
    public async Task A_method_name_of_any_length_is_answered()
    {
        await using var server = await RpcTestServer.StartAsync();
        Assert.Equal(-32601, (await server.ErrorAsync(new string('a', 100_000))).Code);
        Assert.Equal(-32601, (await server.ErrorAsync("admin_" + new string('a', 81))).Code);
    }

    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("not json", -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[}""", -32700)]
    [InlineData("1", -32600)]
    [InlineData("\"x\"", -32600)]
    [InlineData("null", -32600)]
    [InlineData("[]", -32600)]
    [InlineData("{}", -32600)]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"eth_chainId"}""", -32600)]
    [InlineData("""{"jsonrpc":2.0,"id":1,"method":"eth_chainId"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"eth_chainId"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":true,"method":"eth_chainId"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":5}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"\ud800"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_nothing","params":[]}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ETH_CHAINID","params":[]}""", -32601)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":{}}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[1]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":[]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["0x00"]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":["\ud800"]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["0x01",false]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":[1,false]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["newest",false]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["0x10000000000000000",false]}""", -32602)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["latest","yes"]}""", -32602)]
    public async Task A_bad_request_is_answered_with_the_code_that_fits(string body, int code)
    {
        await using var server = await RpcTestServer.StartAsync();
        Assert.Equal(code, RpcTestServer.ErrorOf(await server.PostAsync(body)).Code);
        Assert.Equal("0x7a69", await server.TextAsync("eth_chainId"));
    }

    [Fact]
    public async Task An_id_comes_back_as_it_was_sent()
    {
        await using var server = await RpcTestServer.StartAsync();
        foreach (var id in (string[])["1", "0", "-7", "1.50", "123456789012345678901234567890", "\"abc\"", "\"\\u00e9\"", "null"])
            Assert.Equal(id,
                (await server.PostAsync(RpcTestServer.Request("eth_chainId", id: id))).GetProperty("id").GetRawText());
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_are_refused()
    {
        await using var server = await RpcTestServer.StartAsync();
        byte[] body = [.. "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"web3_sha3\",\"params\":[\""u8, 0xff, 0xfe, .. "\"]}"u8];
        using var content = new ByteArrayContent(body)
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        using var response = await server.Client.PostAsync((Uri?)null, content);
        Assert.Equal(-32700,
            RpcTestServer.ErrorOf(JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement).Code);
    }

    [Fact]
    public async Task Notifications_are_carried_out_and_not_answered()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var content = new StringContent("""{"jsonrpc":"2.0","method":"eth_chainId"}""", Encoding.UTF8, "application/json");
        using var response = await server.Client.PostAsync((Uri?)null, content);
        Assert.Equal((HttpStatusCode.OK, ""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        var batch = await server.PostAsync(
            $$"""[{"jsonrpc":"2.0","method":"eth_chainId"},{{RpcTestServer.Request("net_version")}}]""");
        Assert.Equal(1, batch.GetArrayLength());
    }

    [Fact]
    public async Task A_batch_answers_each_request_good_or_bad()
    {
        await using var server = await RpcTestServer.StartAsync();
        var answers = await server.PostAsync(
            $"""[{RpcTestServer.Request("eth_chainId", id: "1")},5,{RpcTestServer.Request("eth_nothing", id: "2")}]""");
        Assert.Equal("0x7a69", answers[0].GetProperty("result").GetString());
        Assert.Equal(-32600, RpcTestServer.ErrorOf(answers[1]).Code);
        Assert.Equal((-32601, 2), (RpcTestServer.ErrorOf(answers[2]).Code, answers[2].GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task Limits_on_body_batch_depth_and_answer_are_kept_and_named()
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with
        {
            Limits = options.Limits with { BodyBytes = 10_000, BatchItems = 3, JsonDepth = 8, ResponseBytes = 2000 },
        });
        Assert.StartsWith("request body too large: the limit is 10000 bytes",
            RpcTestServer.ErrorOf(await server.PostAsync(new string(' ', 10_001))).Message, StringComparison.Ordinal);
        Assert.StartsWith("request body too large",
            RpcTestServer.ErrorOf(await PostChunkedAsync(server, new string(' ', 50_000))).Message, StringComparison.Ordinal);
        var call = RpcTestServer.Request("eth_chainId");
        Assert.StartsWith("batch too large",
            RpcTestServer.ErrorOf(await server.PostAsync($"[{call},{call},{call},{call}]")).Message, StringComparison.Ordinal);
        Assert.Equal(-32700, RpcTestServer.ErrorOf(await server.PostAsync(new string('[', 9) + new string(']', 9))).Code);
        var block = RpcTestServer.Request("eth_getBlockByNumber", "\"latest\",true");
        var answers = await server.PostAsync($"[{block},{block}]");
        Assert.True(answers[0].TryGetProperty("result", out _));
        Assert.Equal(-32003, RpcTestServer.ErrorOf(answers[1]).Code);
        Assert.Equal("0x7a69", await server.TextAsync("eth_chainId"));
    }

    [Fact]
    public async Task A_call_by_a_foreign_name_is_refused()
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with
        {
            HostNames = ["node.example"],
        });
        foreach (var (host, status) in ((string, HttpStatusCode)[])[
            ("evil.example", HttpStatusCode.Forbidden),
            ("localhost.evil.example:8545", HttpStatusCode.Forbidden),
            ("127.0.0.1.evil.example", HttpStatusCode.Forbidden),
            ("localhost", HttpStatusCode.OK),
            ("LOCALHOST:8545", HttpStatusCode.OK),
            ("127.0.0.1:8545", HttpStatusCode.OK),
            ("[::1]:8545", HttpStatusCode.OK),
            ("10.0.0.7", HttpStatusCode.OK),
            ("node.example:80", HttpStatusCode.OK),
        ])
        {
            using var request = Request();
            request.Headers.Host = host;
            using var response = await server.Client.SendAsync(request);
            Assert.True(status == response.StatusCode, $"{host}: {response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("http://localhost:3000", true)]
    [InlineData("http://127.0.0.1:5173", true)]
    [InlineData("https://[::1]", true)]
    [InlineData("chrome-extension://nkbihfbeogaeaoehlefnkodbefgpgknn", true)]
    [InlineData("https://dapp.example", true)]
    [InlineData("https://evil.example", false)]
    [InlineData("http://localhost.evil.example", false)]
    [InlineData("null", false)]
    public async Task Pages_of_this_machine_extensions_and_allowed_origins_may_ask(string origin, bool allowed)
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with
        {
            CorsOrigins = ["https://dapp.example"],
        });
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/");
        preflight.Headers.TryAddWithoutValidation("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type");
        using var before = await server.Client.SendAsync(preflight);
        Assert.Equal(allowed ? HttpStatusCode.NoContent : HttpStatusCode.Forbidden, before.StatusCode);
        Assert.Equal(allowed ? origin : null, Header(before, "Access-Control-Allow-Origin"));
        if (allowed)
            Assert.Contains("Content-Type", Header(before, "Access-Control-Allow-Headers")!, StringComparison.OrdinalIgnoreCase);
        using var request = Request();
        request.Headers.TryAddWithoutValidation("Origin", origin);
        using var after = await server.Client.SendAsync(request);
        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, after.StatusCode);
        Assert.Equal(allowed ? origin : null, Header(after, "Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task No_web_page_may_ask_the_admin_port()
    {
        await using var server = await RpcTestServer.StartAsync(configure: options => options with { CorsOrigins = ["*"] });
        using var request = Request("admin_heal");
        request.RequestUri = server.AdminUri;
        request.Headers.Add("Origin", "http://localhost:3000");
        using var response = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(((TestAdmin)server.Node.Admin!).Told);
    }

    [Fact]
    public async Task Other_methods_and_content_types_are_refused_with_what_to_do()
    {
        await using var server = await RpcTestServer.StartAsync();
        using var get = await server.Client.GetAsync("/");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
        using var content = new StringContent(RpcTestServer.Request("eth_chainId"), Encoding.UTF8, "text/plain");
        using var plain = await server.Client.PostAsync("/", content);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, plain.StatusCode);
    }

    [Fact]
    public async Task Health_and_metrics_tell_how_the_node_is()
    {
        await using var server = await RpcTestServer.StartAsync();
        server.Node.Mine(10);
        await server.TextAsync("eth_chainId");
        using var healthy = await server.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, healthy.StatusCode);
        var metrics = await server.Client.GetStringAsync("/metrics");
        foreach (var line in (string[])["chain_head_number 10", "chain_finality_lag_blocks 4", "chain_peers 0",
            "chain_pool_transactions{state=\"pending\"} 0", "chain_reorgs_total{depth_le=\"1\"} 0",
            "chain_alert{name=\"partition\"} 0", "rpc_calls_total{method=\"eth_chainId\"} 1"])
            Assert.Contains($"\n{line}\n", metrics, StringComparison.Ordinal);
        server.Node.Steps = new StepHealth(
            5, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(600), Waiting: 0);
        using var idle = await server.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.OK, idle.StatusCode);
        server.Node.Steps = server.Node.Steps with { Waiting = 7 };
        using var stalled = await server.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, stalled.StatusCode);
        Assert.Contains(
            "no input was handled for 600 s; 7 are waiting", await stalled.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        server.Node.ReadOnlyReason = "disk full";
        using var sick = await server.Client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, sick.StatusCode);
        Assert.Contains("disk full", await sick.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_busy_port_is_a_clear_error()
    {
        await using var server = await RpcTestServer.StartAsync();
        var options = new RpcServerOptions { Port = server.Port };
        var error = await Assert.ThrowsAsync<IOException>(() =>
            RpcServer.StartAsync(server.Node, options, NullLoggerFactory.Instance));
        Assert.StartsWith($"JSON-RPC cannot listen on 127.0.0.1, port {server.Port}", error.Message, StringComparison.Ordinal);
    }

    private static HttpRequestMessage Request(string method = "eth_chainId") =>
        new(HttpMethod.Post, "/")
        {
            Content = new StringContent(RpcTestServer.Request(method), Encoding.UTF8, "application/json"),
        };

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    private static async Task<JsonElement> PostChunkedAsync(RpcTestServer server, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TransferEncodingChunked = true;
        using var response = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        return JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
    }
}
