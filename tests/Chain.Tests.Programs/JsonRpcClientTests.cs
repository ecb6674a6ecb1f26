using System.Net;
using System.Net.Sockets;
using System.Text;
using Chain.Rpc.Client;
using Chain.Wallet;

namespace Chain.Tests;

public sealed class JsonRpcClientTests
{
    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.6\r\n", "does not answer in HTTP", "SSH-2.0-OpenSSH_9.6")]
    [InlineData("\u001b[2J\u0007\r\n", "does not answer in HTTP", "[2J")]
    [InlineData("", "closes the connection without an answer", "eth_chainId")]
    [InlineData(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 17\r\n\r\n<p>\n\u001b[2JHello</p>",
        "HTTP 200 OK with text/html",
        @"<p>\u000a\u001b[2JHello</p>")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"a\":\"b\"}", "HTTP 200 OK", "{\"a\":\"b\"}")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "HTTP 404 Not Found", "nothing in it")]
    [InlineData("HTTP/1.1 308 Permanent Redirect\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n",
        "HTTP 308 Permanent Redirect", "on to http://192.0.2.1/")]
    public async Task A_stranger_at_the_port_is_told_with_what_was_asked_what_it_said_and_what_to_check(string answer, string how,
        string said)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        var stranger = AnswerOnceAsync(listener, answer);
        using var rpc = new JsonRpcClient(url, WalletHost.OfThisProcess().Http(url));

        var error = await Assert.ThrowsAsync<NodeUnreachableException>(() =>
            rpc.CallAsync("eth_chainId", [], CancellationToken.None));

        await stranger;
        foreach (var part in new[] { $"{url}", "asked for eth_chainId", how, said, "Check --rpc or CHAIN_RPC" })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(error.Message, char.IsControl);
    }

    private static async Task AnswerOnceAsync(TcpListener listener, string answer)
    {
        using var client = await listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        // The call is read to its end, which is the body's: a connection closed with bytes unread would be reset.
        var read = new StringBuilder();
        var buffer = new byte[4096];
        while (!read.ToString().EndsWith('}'))
            read.Append(Encoding.ASCII.GetString(buffer, 0, await stream.ReadAtLeastAsync(buffer, 1)));
        await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
    }
}
