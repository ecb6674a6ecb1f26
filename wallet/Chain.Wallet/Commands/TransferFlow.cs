using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>
/// The last part of every command that sends: show, ask, sign, write down, send, and stay with it if that is wanted.
/// </summary>
internal static class TransferFlow
{
    public static async Task<ExitCode> RunAsync(Session session, TransferOrder order, CancellationToken cancel)
    {
        var wait = session.WaitOptions();
        session.Book.RequireWritable();
        foreach (var note in order.Planned.Review.Notes) session.Screen.Note($"note: {note}");
        Show(session.Screen, order.Plan);
        if (order.Replaces is null) ShowNeighbors(session.Screen, order);
        var twin = await TransferDoubts.RaiseAsync(session, order, cancel).ConfigureAwait(false);
        if (order.Question is { } question) session.Confirm(session.Screen.IsJson
            ? $"{Amount.InEther(order.Plan.Value)} to {order.Plan.To}. {question}" : question);
        var key = session.Unlock(order.Plan.From);
        using var turn = await order.Account.LockAsync(() =>
            session.Screen.Note($"waiting until another transfer of {order.Plan.From} is sent"), cancel).ConfigureAwait(false);
        var offered = new JsonArray();
        SendReport report;
        try
        {
            order = await TransferTurn.TakeAsync(session, order, twin, offered, cancel).ConfigureAwait(false);
            report = await order.Account.SendAsync(order.Plan.Sign(key), order.Purpose, order.Replaces,
                cancel).ConfigureAwait(false);
        }
        catch (NodeUnreachableException e)
        {
            // Once a transfer is handed over there is a report, whatever the node does.
            throw new WalletException(ExitCode.NodeUnreachable, $"{e.Message} This transfer was not sent.");
        }

        turn.Dispose();
        var document = ToJson(order.Plan, report.Transfer.Transaction);
        if (order.Replaces is { } replaced) document["replaces"] = replaced.ToString();
        if (offered.Count > 0) document["offeredAgain"] = offered;
        if (report.Warning is not null) session.Screen.Note($"warning: {report.Warning}");
        if (!report.HasArrived) return Fail(session, order, report, document);
        if (report.Facts.Length > 0) session.Screen.Note($"note: {report.Facts}");
        session.Screen.Whole($"sent       {report.Hash}");
        if (wait is null)
        {
            session.Screen.Whole($"follow it  wallet watch {report.Hash}{session.RpcHint}");
            session.Screen.Document(document);
            return ExitCode.Ok;
        }

        return await FollowAsync(session, report.Hash, wait with { IsSignedHere = true }, document, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// The end of a transfer that did not arrive, as far as is known: the facts, what to do, and the one document with its
    /// hash.
    /// </summary>
    private static ExitCode Fail(Session session, TransferOrder order, SendReport report, JsonObject document)
    {
        var watch = $"`wallet watch {report.Hash}{session.RpcHint}`";
        var (code, advice) = report.Fate switch
        {
            TransferFate.Unclear => (ExitCode.MaybeAccepted,
                $"It is written down in {session.Book.Files.Database}. {watch} looks for it, `wallet resend "
                    + $"{report.Hash}{session.RpcHint}` hands the "
                + "same bytes over again; signing another may pay twice."),
            TransferFate.NonceUsed when order.Replaces is not null => (ExitCode.Failed, "The replacement came too late."),
            TransferFate.NonceUsed => (ExitCode.Failed,
                "It paid nothing there. Nothing else was signed; to pay, repeat the command, which chooses the next free nonce."),
            _ => (ExitCode.Failed, report.Refusal is { } error ? RefusalAdvice.For(order.Plan, error) : ""),
        };
        var message = $"{report.Facts} {advice}".TrimEnd();
        document["outcome"] = Camel(report.Fate.ToString());
        document["error"] = Screen.ErrorObject(code, message);
        session.Screen.Document(document);
        session.Screen.Note($"error: {message}");
        return code;
    }

    // What a nonce that the user gave means for the transfers before it and beside it.
    private static void ShowNeighbors(Screen screen, TransferOrder order)
    {
        if (!order.HasFixedNonce) return;
        var review = order.Planned.Review;
        var (nonce, next) = (order.Plan.Nonce, NonceChoice.Of(review).Nonce);
        if (nonce > next) screen.Note($"warning: nonce {nonce} is beyond the next one, {next}: the transfer waits until those "
            + "before it are mined.");
        var beside = review.Open.Where(open => open.Entry.Nonce == nonce).ToList();
        if (nonce >= review.Mined && nonce < review.Pending && !beside.Exists(open => open.Place is not null))
            screen.Note($"warning: {TransferDoubt.Unknown(nonce)}");
        foreach (var open in beside)
            screen.Note($"warning: nonce {nonce} is also that of {open.Entry.Hash}, "
                + $"{Amount.InEther(open.Entry.Transaction.Value)} to {open.Entry.Transaction.To}: only one of the two can be "
                + "mined.");
    }

    /// <summary>
    /// Follows a transfer and puts every event into the document. A person is told what changed: a further block that makes the
    /// transfer no better than the last one did is only counted, in the status line.
    /// </summary>
    public static async Task<ExitCode> FollowAsync(Session session, Hash256 hash, WatchOptions options, JsonObject document,
        CancellationToken cancel)
    {
        var start = session.Host.Time.GetTimestamp();
        var events = new JsonArray();
        document["events"] = events;
        Confidence? last = null;
        double Seconds() => session.Host.Time.GetElapsedTime(start).TotalSeconds;
        void Tell(WatchEvent happened)
        {
            events.Add((JsonNode)happened.ToJson());
            var isMoreOfTheSame = happened.Kind == "confirmations" && last is not null
                && happened.Confidence?.Level == last.Level;
            last = happened.Confidence;
            if (!isMoreOfTheSame) session.Screen.Line($"[grey]{Seconds(),7:0.0}s[/]  {happened.Text}");
        }

        void Stand(string where) =>
            session.Screen.Status(string.Create(CultureInfo.InvariantCulture,
                $"{Seconds(),7:0.0}s  {where}; waiting for {options.Goal}"));

        try
        {
            var outcome = await new TransferWatcher(session.Node, session.Host.Time, options)
                .FollowAsync(hash, Tell, Stand, cancel).ConfigureAwait(false);
            var code = outcome == WatchOutcome.Settled ? ExitCode.Ok : ExitCode.NotArrived;
            document["outcome"] = Camel(outcome.ToString());
            session.Screen.Document(document);
            return code;
        }
        catch (Exception e) when (e is WalletException or ClientException or OperationCanceledException)
        {
            // The transfer is sent: what is known of it belongs into the one document, beside the error.
            var (code, message) = e switch
            {
                WalletException own => (own.ExitCode, own.Message),
                ClientException client => (WalletException.CodeOf(client), client.Message),
                _ => (ExitCode.Interrupted, $"Interrupted. Go on with `wallet watch {hash}{session.RpcHint}`; the transfer is "
                    + "not affected."),
            };
            document["outcome"] = Camel(code.ToString());
            document["error"] = Screen.ErrorObject(code, message);
            session.Screen.Document(document);
            session.Screen.Note($"error: {message}");
            return code;
        }
    }

    private static void Show(Screen screen, TransferPlan plan)
    {
        screen.Whole($"from       {plan.From}");
        screen.Whole($"to         {plan.To}");
        screen.Line($"value      [bold]{Amount.InEther(plan.Value)}[/]");
        screen.Line($"nonce      {plan.Nonce}, on chain {plan.ChainId}");
        if (!plan.Data.IsEmpty) screen.Line($"data       {plan.Data.Length} bytes");
        if (plan.Fees.Type == TransactionType.DynamicFee)
        {
            screen.Line($"fee        about {Amount.InEther(plan.ExpectedFee)}, at most {Amount.InEther(plan.MaximumFee)}");
            var (baseFee, tip) = (Amount.InGwei(plan.Fees.BaseFeePerGas), Amount.InGwei(plan.Fees.MaxPriorityFeePerGas));
            var most = Amount.InGwei(plan.Fees.MaxFeePerGas);
            screen.Line($"           {plan.GasLimit} gas; base fee {baseFee}, priority fee {tip}, at most {most} in all");
        }
        else
        {
            var price = Amount.InGwei(plan.Fees.MaxFeePerGas);
            screen.Line($"fee        {Amount.InEther(plan.MaximumFee)}: {plan.GasLimit} gas at {price}");
        }

        if (plan.Fees.MaxFeePerGas < plan.Fees.BaseFeePerGas)
            screen.Note($"warning: {Amount.InGwei(plan.Fees.MaxFeePerGas)} per gas is below the base fee of "
                + $"{Amount.InGwei(plan.Fees.BaseFeePerGas)}: no block takes this transfer until the base fee falls.");
    }

    private static JsonObject ToJson(TransferPlan plan, Transaction transaction) =>
        new()
        {
            ["hash"] = transaction.Hash.ToString(),
            ["chainId"] = plan.ChainId,
            ["from"] = plan.From.Address.ToString(),
            ["fromName"] = plan.From.Name,
            ["to"] = plan.To.Address.ToString(),
            ["toName"] = plan.To.Name,
            ["value"] = plan.Value.ToString(),
            ["nonce"] = plan.Nonce,
            ["type"] = (int)plan.Fees.Type,
            ["gas"] = plan.GasLimit,
            ["maxFeePerGas"] = plan.Fees.MaxFeePerGas.ToString(),
            ["maxPriorityFeePerGas"] = plan.Fees.MaxPriorityFeePerGas.ToString(),
            ["expectedFee"] = plan.ExpectedFee.ToString(),
            ["maximumFee"] = plan.MaximumFee.ToString(),
            ["raw"] = Hex.Encode(transaction.Encoded.Span),
        };

    /// <summary>A name as JSON has it.</summary>
    public static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
