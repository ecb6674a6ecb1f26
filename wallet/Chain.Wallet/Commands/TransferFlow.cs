using System.Globalization;
using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>The last part of every command that sends: show, ask, sign, send, and stay with it if that is wanted.</summary>
internal static class TransferFlow
{
    public static async Task<ExitCode> RunAsync(Session session, TransferPlan plan, string? question, bool mayChangeNonce, CancellationToken cancel)
    {
        var wait = session.WaitOptions();
        Show(session.Screen, plan);
        if (question is not null) session.Confirm(question);
        var key = session.Unlock(plan.From);
        var (transaction, sent) = await new Broadcaster(session.Node).SendAsync(plan, key, mayChangeNonce, cancel).ConfigureAwait(false);
        session.Screen.Line($"sent       [bold]{transaction.Hash}[/]");
        var document = ToJson(sent, transaction);
        if (wait is null)
        {
            session.Screen.Line($"follow it  wallet watch {transaction.Hash}{session.RpcHint}");
            session.Screen.Document(document);
            return ExitCode.Ok;
        }

        return await FollowAsync(session, transaction.Hash, wait, document, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Follows a transfer and puts every event into the document. A person is told what changed: a further block that makes the
    /// transfer no better than the last one did is only counted, in the status line.
    /// </summary>
    public static async Task<ExitCode> FollowAsync(Session session, Hash256 hash, WatchOptions options, JsonObject document, CancellationToken cancel)
    {
        var start = session.Host.Time.GetTimestamp();
        var events = new JsonArray();
        document["events"] = events;
        string? level = null;
        double Seconds() => session.Host.Time.GetElapsedTime(start).TotalSeconds;
        void Tell(WatchEvent happened)
        {
            events.Add(happened.ToJson());
            var isMoreOfTheSame = happened.Kind == "confirmations" && happened.Confidence?.Level == level;
            level = happened.Confidence?.Level;
            if (!isMoreOfTheSame) session.Screen.Line($"[grey]{Seconds(),7:0.0}s[/]  {happened.Text}");
        }

        void Stand(string where) => session.Screen.Status(string.Create(CultureInfo.InvariantCulture, $"{Seconds(),7:0.0}s  {where}; waiting for {options.Goal}"));

        try
        {
            var outcome = await new TransferWatcher(session.Node, session.Host.Time, options).FollowAsync(hash, Tell, Stand, cancel).ConfigureAwait(false);
            var code = outcome == WatchOutcome.Settled ? ExitCode.Ok : ExitCode.NotArrived;
            document["outcome"] = Camel(outcome.ToString());
            session.Screen.Document(document);
            return code;
        }
        catch (WalletException e)
        {
            // The transfer is sent: what is known of it belongs into the one document, beside the error.
            document["outcome"] = Camel(e.ExitCode.ToString());
            document["error"] = Screen.ErrorObject(e.ExitCode, e.Message);
            session.Screen.Document(document);
            session.Screen.Note($"error: {e.Message}");
            return e.ExitCode;
        }
    }

    private static void Show(Screen screen, TransferPlan plan)
    {
        screen.Line($"from       {plan.From}");
        screen.Line($"to         {plan.To}");
        screen.Line($"value      [bold]{Amount.InEther(plan.Value)}[/]");
        screen.Line($"nonce      {plan.Nonce}, on chain {plan.ChainId}");
        if (!plan.Data.IsEmpty) screen.Line($"data       {plan.Data.Length} bytes");
        if (plan.Fees.Type == TransactionType.DynamicFee)
        {
            screen.Line($"fee        about {Amount.InEther(plan.ExpectedFee)}, at most {Amount.InEther(plan.MaximumFee)}");
            screen.Line($"           {plan.GasLimit} gas; base fee {Amount.InGwei(plan.Fees.BaseFeePerGas)}, priority fee {Amount.InGwei(plan.Fees.MaxPriorityFeePerGas)}, at most {Amount.InGwei(plan.Fees.MaxFeePerGas)} in all");
        }
        else
        {
            screen.Line($"fee        {Amount.InEther(plan.MaximumFee)}: {plan.GasLimit} gas at {Amount.InGwei(plan.Fees.MaxFeePerGas)}");
        }

        if (plan.Fees.MaxFeePerGas < plan.Fees.BaseFeePerGas)
            screen.Note($"warning: {Amount.InGwei(plan.Fees.MaxFeePerGas)} per gas is below the base fee of {Amount.InGwei(plan.Fees.BaseFeePerGas)}: no block takes this transfer until the base fee falls.");
    }

    private static JsonObject ToJson(TransferPlan plan, Transaction transaction) =>
        new()
        {
            ["hash"] = transaction.Hash.ToString(),
            ["chainId"] = plan.ChainId,
            ["from"] = plan.From.Address.ToString(),
            ["to"] = plan.To.Address.ToString(),
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

    private static string Camel(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}
