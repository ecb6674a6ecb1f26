using System.CommandLine;
using System.Text.Json.Nodes;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Programs;
using Chain.Rpc.Client;
using Chain.Terminal;
using Chain.Testnet;
using Chain.Transfers;
using Spectre.Console;

namespace Chain.Rules.Stake;

/// <summary>
/// The payer's side of a deposit: the book of what it signed, the questions before it signs, and what to say when it fails.
/// </summary>
internal sealed class DepositSender : IDisposable
{
    private readonly ParseResult _parsed;
    private readonly bool _isAgain;
    private readonly JsonRpcClient _rpc;
    private string? _nonceDoubt;

    public DepositSender(ParseResult parsed, Uri url, Address payer, ChainIdentity chain, bool isAgain)
    {
        (_parsed, _isAgain) = (parsed, isAgain);
        _rpc = new JsonRpcClient(
            url,
            new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(5) });
        Eth = new EthClient(_rpc);
        var files = BookFiles.Of(
            name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null,
            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify));
        var book = new WalletBook(files, TimeProvider.System, note => Note([note]));
        Account = new AccountTransfers(Eth, book, TimeProvider.System, chain, payer);
    }

    public EthClient Eth { get; }

    public AccountTransfers Account { get; }

    /// <summary>Asks about, or refuses, what is out of the ordinary before anything is signed.</summary>
    /// <returns>An equal deposit that was asked about.</returns>
    public async Task<Hash256?> RaiseDoubtsAsync(Address contract, UInt256 value, CancellationToken cancellation)
    {
        Account.Book.RequireWritable();
        RaiseDamage();
        var review = await Account.ReviewAsync(cancellation);
        Note(review.Notes);
        DoubtNonce(review);
        return await RaiseTwinAsync(review, contract, value, null, hasTurn: false, cancellation);
    }

    /// <summary>Waits until no other program sends from the payer.</summary>
    public Task<AccountLock> LockAsync(CancellationToken cancellation) =>
        Account.LockAsync(() => Note(["waiting until another transfer of the payer is sent"]), cancellation);

    /// <summary>With the lock held: looks again, offers what the node lost, and gives the deposit's nonce.</summary>
    public async Task<ulong> TakeTurnAsync(Address contract, UInt256 value, Hash256? asked, CancellationToken cancellation)
    {
        var review = await Account.ReviewAsync(cancellation);
        RaiseDamage();
        DoubtNonce(review);
        await RaiseTwinAsync(review, contract, value, asked, hasTurn: true, cancellation);
        var turn = await NonceTurn.TakeAsync(Account, review, cancellation);
        Note(turn.Notes);
        return turn.Nonce;
    }

    /// <summary>Says that a deposit did not arrive, as far as is known, with its hash.</summary>
    public static int Fail(ParseResult parsed, SendReport report, JsonObject document)
    {
        var isUnclear = report.Fate == TransferFate.Unclear;
        var code = isUnclear ? ExitCodes.MaybeAccepted : ExitCodes.Failed;
        var message = !isUnclear ? $"{report.Facts} Nothing was staked."
            : $"{report.Facts} `wallet watch {report.Hash}` looks for it, `wallet resend {report.Hash}` hands the same bytes "
            + "over again; another deposit may stake twice.";
        document["outcome"] = isUnclear ? "unclear" : "refused";
        return End(parsed, document, code, message);
    }

    /// <summary>Says that a deposit was accepted and then lost sight of, with its hash.</summary>
    public static int LostSight(ParseResult parsed, Hash256 hash, Exception reason, JsonObject document)
    {
        var (code, why) = reason switch
        {
            OperationCanceledException => (ExitCodes.Interrupted, "Interrupted."),
            NoNodeException => (ExitCodes.NodeUnreachable, reason.Message),
            _ => (ExitCodes.MaybeAccepted, $"{reason.Message.TrimEnd('.')}."),
        };
        return End(parsed, document, code, $"{why} The deposit {hash} is accepted and may come into a block: look with `wallet "
            + $"watch {hash}` before you send another.");
    }

    public void Dispose() => _rpc.Dispose();

    private void RaiseDamage()
    {
        if (TransferDoubt.OfDamage(Account.Book.Files, Account.Book.Read()) is not { } doubt) return;
        ValidatorSession.Insist(_parsed, doubt);
        Account.Book.AcceptDamage();
    }

    // Once for each answer: a node that gave a believable nonce at first may give any later.
    private void DoubtNonce(AccountReview review)
    {
        if (review.NonceDoubt() == _nonceDoubt) return;
        _nonceDoubt = review.NonceDoubt();
        ValidatorSession.Insist(_parsed, TransferDoubt.OfNonce(review));
    }

    private async Task<Hash256?> RaiseTwinAsync(AccountReview review, Address contract, UInt256 value, Hash256? asked,
        bool hasTurn, CancellationToken cancellation)
    {
        if (_isAgain) return asked;
        var twin = await Account.UnclearTwinAsync(review, contract, value, hasTurn, cancellation);
        if (twin is null || twin.Hash == asked) return asked;
        ValidatorSession.Insist(_parsed, TransferDoubt.OfTwin(twin));
        return twin.Hash;
    }

    private static int End(ParseResult parsed, JsonObject document, int code, string message)
    {
        document["error"] = ErrorDocument.Error(ExitCodes.NameOf(code), code, message);
        if (parsed.GetValue(ValidatorSession.Json)) JsonOutput.Print(document);
        ProgramConsole.Errors.MarkupLine($"[red]error:[/] {Shown.Line(message)}");
        return code;
    }

    private static void Note(IEnumerable<string> notes)
    {
        foreach (var note in notes) ProgramConsole.Errors.MarkupLine($"note: {Shown.Line(note)}");
    }
}
