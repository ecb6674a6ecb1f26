using System.CommandLine;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>What one run of a command works with: its options, the screen, the keystore and the node.</summary>
internal sealed class Session : IDisposable
{
    private const string DefaultRpc = "http://127.0.0.1:8545";

    private readonly Options _options;
    private readonly ParseResult _parsed;
    private readonly Lazy<JsonRpcClient> _rpc;

    public Session(WalletHost host, Options options, ParseResult parsed)
    {
        Host = host;
        _options = options;
        _parsed = parsed;
        Screen = new Screen(host, parsed.GetValue(options.Json));
        Folder = new KeystoreFolder(parsed.GetValue(options.Keystore) ?? host.Environment("CHAIN_KEYSTORE")
            ?? Path.Combine(host.Home, ".chain", "keystore"));
        Book = new WalletBook(BookFiles.Of(host.Environment, host.Home), host.Time, text => Screen.Note($"note: {text}"));
        Accounts = new AccountFinder(Folder, Book, text => Screen.Note($"warning: {text}"));
        _rpc = new Lazy<JsonRpcClient>(() =>
        {
            var url = NodeUrl();
            return new JsonRpcClient(url, host.Http(url), RpcTimeout());
        });
    }

    public WalletHost Host { get; }

    public Screen Screen { get; }

    public KeystoreFolder Folder { get; }

    public AccountFinder Accounts { get; }

    /// <summary>Contacts, and what was signed, on this chain and others.</summary>
    public WalletBook Book { get; }

    public NodeClient Node => new(_rpc.Value);

    public TransferPlanner Planner => new(Node, Book, Host.Time);

    public Passwords Passwords => new(Host, Screen, Get(_options.PasswordFile));

    public T? Get<T>(Option<T> option) => _parsed.GetValue(option);

    public T? Get<T>(Argument<T> argument) => _parsed.GetValue(argument);

    /// <summary>Wei from an option; null where it was not given.</summary>
    public UInt256? Amount(Option<string?> option) => Get(option) is { } text ? Amount(option.Name, text) : null;

    public static UInt256 Amount(string name, string text) =>
        Rpc.Client.Amount.Parse(text).IsOk(out var wei, out var error) ? wei
            : throw new WalletException(ExitCode.Usage, $"{name}: {error.Message}");

    public FeeWishes FeeWishes() => new(Get(_options.Legacy), Amount(_options.MaxFee), Amount(_options.PriorityFee));

    public static Hash256 TransactionHash(string text) => Hash256.TryParse(text, out var hash)
        ? hash
        : throw new WalletException(ExitCode.Usage, $"'{text}' is not a transaction hash: 0x and 64 hex digits are wanted.");

    /// <summary>The options of --wait; null where it was not given.</summary>
    public WatchOptions? WaitOptions() =>
        Get(_options.Wait) is { } text ? WatchOptions("--wait", text, TimeSpan.FromMinutes(10)) : null;

    public WatchOptions WatchOptions(string name, string goalText, TimeSpan? defaultTimeout)
    {
        if (!WatchGoal.TryParse(goalText, out var goal))
            throw new WalletException(ExitCode.Usage,
                $"{name}: '{goalText}' is neither a number of confirmations nor safe nor finalized.");
        var share = Get(_options.AttackerShare);
        if (share is not (>= 0 and <= 1))
            throw new WalletException(ExitCode.Usage, $"--attacker-share: {share} is not from 0 to 1.");
        var timeout = defaultTimeout;
        if (Get(_options.Timeout) is { } text)
        {
            if (!Duration.TryParse(text, out var given))
                throw new WalletException(ExitCode.Usage, $"--timeout: '{text}' is not a time such as 90s, 5m or 1h.");
            timeout = given;
        }

        return new WatchOptions(goal, share, TimeSpan.FromMilliseconds(300), timeout);
    }

    /// <summary>Asks before something that cannot be undone; --yes says it beforehand.</summary>
    public void Confirm(string question)
    {
        if (Get(_options.Yes)) return;
        var answer = Host.Ask($"{question} [y/N] ")
            ?? throw new WalletException(ExitCode.Usage,
                "This wants a confirmation and nobody is there to ask. Say it beforehand with --yes.");
        if (answer.Trim().ToUpperInvariant() is not ("Y" or "YES"))
            throw new WalletException(ExitCode.Failed, "Not confirmed. Nothing was done.");
    }

    /// <summary>
    /// Asks about something that a person has to see and that --yes does not cover. Where nobody is asked it is refused.
    /// </summary>
    /// <param name="doubt">What is out of the ordinary; null: nothing.</param>
    /// <param name="mayAsk">Whether this command asks at all.</param>
    public void Insist(TransferDoubt? doubt, bool mayAsk)
    {
        if (doubt is null) return;
        if (Get(_options.Yes) || !mayAsk) throw new WalletException(ExitCode.Failed,
            $"{doubt.Sentence} Nothing was signed. {doubt.Remedy}");
        var answer = Host.Ask($"{doubt.Sentence} Type yes to go on all the same: ") ?? throw new WalletException(ExitCode.Usage,
            $"{doubt.Sentence} This needs an answer, and standard input is not a terminal. {doubt.Remedy}");
        if (!string.Equals(answer.Trim(), "yes", StringComparison.OrdinalIgnoreCase)) throw new WalletException(ExitCode.Failed,
            "Not confirmed. Nothing was done.");
    }

    /// <summary>The key of an account; asks for its password only where there is one.</summary>
    public PrivateKey Unlock(Account account) => account.DevIndex is { } index
        ? DevAccounts.Key(index)
        : Passwords.Open(account.Entry ?? throw new InvalidOperationException($"{account} has no key here."));

    public void Dispose()
    {
        if (_rpc.IsValueCreated) _rpc.Value.Dispose();
    }

    /// <summary>What to add to a command so that it asks the same node; nothing where it does by itself.</summary>
    public string RpcHint => Get(_options.Rpc) is { } given ? $" --rpc {given}" : "";

    private TimeSpan? RpcTimeout() => Get(_options.RpcTimeout) is not { } text ? null
        : Duration.TryParse(text, out var timeout) ? timeout
        : throw new WalletException(ExitCode.Usage, $"--rpc-timeout: '{text}' is not a time such as 500ms, 5s or 1m.");

    private Uri NodeUrl()
    {
        var given = Get(_options.Rpc);
        var text = given ?? Host.Environment("CHAIN_RPC") ?? DefaultRpc;

        // HOST:PORT will do; a bare word is more likely a slip than a host.
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (Uri.TryCreate(hasScheme ? text : "http://" + text, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps) && (hasScheme || !url.IsDefaultPort))
            return url;
        var source = given is null ? "the environment variable CHAIN_RPC" : _options.Rpc.Name;
        throw new WalletException(ExitCode.Usage,
            $"{source}: '{text}' is not a node's URL; expected http://HOST:PORT or https://HOST:PORT, such as {DefaultRpc}.");
    }
}
