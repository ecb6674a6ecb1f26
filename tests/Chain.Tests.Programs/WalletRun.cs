using System.Text.Json.Nodes;
using Chain.Transfers;
using Chain.Wallet;

namespace Chain.Tests;

/// <summary>
/// Runs the wallet program in this process against a stand-in node, with a keystore of its own that goes with it.
/// </summary>
internal sealed class WalletRun : IDisposable
{
    private readonly Queue<string> _answers = new();
    private readonly Queue<string> _secrets = new();
    private readonly bool _isBeside;

    public WalletRun()
    {
    }

    private WalletRun(WalletRun other) => (Node, Folder, _isBeside) = (other.Node, other.Folder, true);

    public StubNode Node { get; } = new();

    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public string Folder { get; } = Directory.CreateTempSubdirectory("chain-wallet-").FullName;

    public string Journal => Path.Combine(Folder, ".chain", "transfers.jsonl");

    public BookFiles Files => new(Path.Combine(Folder, ".chain", "wallet.db"), Journal);

    /// <summary>The book, as another program opens it.</summary>
    public WalletBook Book => new(Files, TimeProvider.System, Notes.Add);

    /// <summary>What <see cref="Book"/> told of what it made anew.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Makes this another wallet's home: no book, and nothing that says there was one.</summary>
    public void LoseBook()
    {
        foreach (var file in new[] { Journal, Files.Database, Files.Lock }) File.Delete(file);
    }

    public string Keystore => Path.Combine(Folder, "keystore");

    /// <summary>What the last command printed.</summary>
    public string Output { get; private set; } = "";

    public string Error { get; private set; } = "";

    public Uri? Url { get; private set; }

    /// <summary>The last command's JSON document: exactly one, or this throws.</summary>
    public JsonObject Json => JsonNode.Parse(Output)!.AsObject();

    public ImmediateTime Time { get; } = new();

    /// <summary>Whether what is printed goes to a terminal.</summary>
    public bool OutputIsTerminal { get; set; }

    /// <summary>Ends the next command as Ctrl-C does.</summary>
    public CancellationToken Interrupt { get; set; }

    /// <summary>Another terminal: the same home folder and node.</summary>
    public WalletRun Beside() => new(this);

    /// <summary>Somebody sits there and will type these.</summary>
    public WalletRun Answering(params string[] lines)
    {
        foreach (var line in lines) _answers.Enqueue(line);
        return this;
    }

    public WalletRun Typing(params string[] secrets)
    {
        foreach (var secret in secrets) _secrets.Enqueue(secret);
        return this;
    }

    public string WriteFile(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    public async Task<ExitCode> RunAsync(params string[] args)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var host = new WalletHost
        {
            Output = output,
            Error = error,
            Environment = name => Environment.GetValueOrDefault(name),
            Home = Folder,
            Http = url =>
            {
                Url = url;
                return new Borrowed(Node);
            },
            Time = Time,
            Ask = question => Next(_answers, question, error),
            AskSecret = question => Next(_secrets, question, error),
            OutputIsTerminal = OutputIsTerminal,
        };
        Environment.TryAdd("CHAIN_KEYSTORE", Keystore);
        var code = await WalletProgram.RunAsync(args, host, Interrupt);
        (Output, Error) = (output.ToString(), error.ToString());
        return (ExitCode)code;
    }

    public void Dispose()
    {
        if (_isBeside) return;
        Node.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private static string? Next(Queue<string> lines, string question, StringWriter error)
    {
        if (!lines.TryDequeue(out var line)) return null;
        error.WriteLine(question);
        return line;
    }

    // The program disposes its handler after each command; the node lives on.
    private sealed class Borrowed(StubNode node) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _invoker = new(node, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _invoker.SendAsync(request, cancellationToken);
    }
}

/// <summary>A clock that jumps: every wait is over at once, and the time it asked for has passed.</summary>
internal sealed class ImmediateTime : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero).UtcTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _ticks;

    public override DateTimeOffset GetUtcNow() => new(_ticks, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _ticks += dueTime.Ticks;
        callback(state);
        return new Done();
    }

    private sealed class Done : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
