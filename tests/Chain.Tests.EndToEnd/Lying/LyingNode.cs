using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Tests.EndToEnd;

/// <summary>
/// A JSON-RPC server that lies. Behind it is an honest node (<see cref="StubNode"/>, or a real one by its URL); a lie takes the
/// place of its answer to a method, and may let it accept what was sent before. Every signed transaction that reaches the server
/// is kept, whatever was answered: what left a program may be mined.
/// </summary>
internal sealed class LyingNode : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, Func<LyingCall, Task<Reply>>> _lies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<Transaction> _received = new();
    private readonly ConcurrentBag<Task> _conversations = [];
    private readonly HttpMessageInvoker _upstream;
    private readonly Uri _upstreamUrl;
    private readonly SemaphoreSlim _honestTurn = new(1, 1);
    private readonly Task _accepting;

    private LyingNode(Uri? upstream)
    {
        _upstream = new HttpMessageInvoker(upstream is null ? Honest : new SocketsHttpHandler { UseProxy = false });
        _upstreamUrl = upstream ?? new Uri("http://honest.invalid");
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The honest node behind this one, where it is not a real one.</summary>
    public StubNode Honest { get; } = new();

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Every signed transaction that reached the server, each once, in the order of arrival.</summary>
    public IReadOnlyList<Transaction> Received => [.. _received.DistinctBy(transaction => transaction.Hash)];

    /// <param name="upstream">A real node to pass calls on to; a scripted one without.</param>
    public static LyingNode Start(Uri? upstream = null) => new(upstream);

    /// <summary>Answers a method with a lie from now on.</summary>
    public void Lie(string method, Func<LyingCall, Task<Reply>> lie) => _lies[method] = lie;

    /// <inheritdoc cref="Lie(string, Func{LyingCall, Task{Reply}})"/>
    public void Lie(string method, Func<LyingCall, Reply> lie) => Lie(method, call => Task.FromResult(lie(call)));

    /// <summary>Accepts what is sent with a method, and then lies about it.</summary>
    public void AcceptThen(string method, Func<LyingCall, Reply> lie) => Lie(method, async call =>
    {
        await call.HonestAsync();
        return lie(call);
    });

    /// <summary>Answers a method honestly again.</summary>
    public void BeHonest(string method) => _lies.TryRemove(method, out _);

    public int CallsOf(string method) => _counts.GetValueOrDefault(method);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_conversations);
        _upstream.Dispose();
        _honestTurn.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _conversations.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server is disposed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            var stream = client.GetStream();
            if (await ReadBodyAsync(stream) is not { } body) return;
            var reply = await AnswerAsync(body);
            await stream.WriteAsync(reply.Bytes, _stop.Token);
            switch (reply.End)
            {
                case ReplyEnd.Silent:
                    _ = await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, _stop.Token);
                    break;
                case ReplyEnd.Endless:
                    var more = Encoding.ASCII.GetBytes(new string('0', 1 << 10));
                    while (true) await stream.WriteAsync(more, _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // The caller has gone, or the server is disposed.
        }
    }

    private async Task<Reply> AnswerAsync(string body)
    {
        var request = JsonNode.Parse(body)!.AsObject();
        var (method, parameters) = ((string)request["method"]!, request["params"]!.AsArray());
        if (method == "eth_sendRawTransaction") _received.Enqueue(Transaction.Decode(Hex.Decode((string)parameters[0]!)));
        var count = _counts.AddOrUpdate(method, 1, static (_, before) => before + 1) - 1;
        var call = new LyingCall(method, parameters, request["id"]!, count, () => HonestAsync(body));
        return _lies.TryGetValue(method, out var lie) ? await lie(call) : await call.HonestAsync();
    }

    private async Task<Reply> HonestAsync(string body)
    {
        await _honestTurn.WaitAsync(_stop.Token);
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var request = new HttpRequestMessage(HttpMethod.Post, _upstreamUrl) { Content = content };
            using var response = await _upstream.SendAsync(request, _stop.Token);
            var answer = await response.Content.ReadAsStringAsync(_stop.Token);
            return Reply.Http($"{(int)response.StatusCode} {response.ReasonPhrase}", answer);
        }
        finally
        {
            _honestTurn.Release();
        }
    }

    /// <summary>Reads one request and gives its body; null where the caller goes before.</summary>
    private async Task<string?> ReadBodyAsync(NetworkStream stream)
    {
        const string lengthHeader = "content-length:";
        var read = new List<byte>();
        var buffer = new byte[16 * 1024];
        var (start, length) = (-1, 0);
        while (start < 0 || read.Count < start + length)
        {
            var count = await stream.ReadAsync(buffer, _stop.Token);
            if (count == 0) return null;
            read.AddRange(buffer.AsSpan(0, count));
            if (start >= 0) continue;
            var head = Encoding.ASCII.GetString([.. read]);
            var end = head.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end < 0) continue;
            start = end + 4;
            var line = head[..end].Split("\r\n").First(text => text.StartsWith(lengthHeader, StringComparison.OrdinalIgnoreCase));
            length = int.Parse(line[lengthHeader.Length..], System.Globalization.CultureInfo.InvariantCulture);
        }

        return Encoding.UTF8.GetString(read.GetRange(start, length).ToArray());
    }
}
