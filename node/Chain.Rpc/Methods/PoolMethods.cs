using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>eth_sendRawTransaction and the txpool_ namespace.</summary>
internal static class PoolMethods
{
    public static void AddTo(RpcMethodTable table)
    {
        table.AddAsync("eth_sendRawTransaction", 1, SendRawTransaction, overlaps: true);
        table.Add("eth_pendingTransactions", 0, PendingTransactions);
        table.Add("txpool_status", 0, Status);
        table.Add("txpool_content", 0, call => Content(call, inspect: false));
        table.Add("txpool_inspect", 0, call => Content(call, inspect: true));
        table.Add("txpool_contentFrom", 1, ContentFrom);
    }

    private static async ValueTask<RpcError?> SendRawTransaction(RpcCall call)
    {
        var encoded = call.Args.Bytes(0);
        if (call.Args.Error is { } argument) return argument;
        if (!Decode(encoded).IsOk(out var transaction, out var error)) return error;
        var refusal = await call.Node.SubmitTransactionAsync(transaction, call.Cancellation);
        if (refusal is not null) return RpcError.Of(refusal);
        call.Out.WriteHexValue(transaction.Hash.Bytes);
        return null;
    }

    /// <summary>Decoding and recovery happen here, on the caller's thread: the inbox sees finished transactions only.</summary>
    private static Verdict<RecoveredTransaction, RpcError> Decode(byte[] encoded)
    {
        if (encoded.Length == 0) return RpcError.Refused("typed transaction too short: no bytes were given");
        if (encoded[0] is > (byte)TransactionType.DynamicFee and < 0x80)
            return RpcError.Refused($"transaction type not supported: 0x{encoded[0]:x2}; supported are legacy, 0x01 and 0x02");
        try
        {
            var transaction = Transaction.Decode(encoded);
            if (transaction.Recover() is { } recovered) return recovered;
            return RpcError.Refused("invalid sender: the signature is out of range, has a high s (EIP-2) or matches no key "
                + "(invalid transaction v, r, s values)");
        }
        catch (RlpException e)
        {
            return RpcError.Refused($"rlp: {e.Message}");
        }
    }

    /// <summary>Transactions that this node itself signs: none, it holds no accounts.</summary>
    private static RpcError? PendingTransactions(RpcCall call)
    {
        call.Out.WriteStartArray();
        call.Out.WriteEndArray();
        return null;
    }

    private static RpcError? Status(RpcCall call)
    {
        var totals = call.View.Pool.Totals;
        call.Out.WriteStartObject();
        call.Out.WriteQuantity("pending"u8, (ulong)totals.Pending);
        call.Out.WriteQuantity("queued"u8, (ulong)totals.Queued);
        call.Out.WriteEndObject();
        return null;
    }

    private static RpcError? Content(RpcCall call, bool inspect)
    {
        call.Out.WriteStartObject();
        WriteAccounts(call, pending: true, inspect);
        WriteAccounts(call, pending: false, inspect);
        call.Out.WriteEndObject();
        return null;
    }

    private static void WriteAccounts(RpcCall call, bool pending, bool inspect)
    {
        call.Out.WriteStartObject(pending ? "pending"u8 : "queued"u8);
        foreach (var (address, account) in call.View.Pool.BySender)
        {
            if (!Select(account, pending).Any()) continue;
            call.Out.WriteStartObject(address.ToString());
            WriteItems(call, account, pending, inspect);
            call.Out.WriteEndObject();
        }

        call.Out.WriteEndObject();
    }

    private static IEnumerable<PooledTransaction> Select(PooledAccount account, bool pending) =>
        pending ? account.Executable() : account.Queued();

    private static void WriteItems(RpcCall call, PooledAccount account, bool pending, bool inspect)
    {
        foreach (var item in Select(account, pending))
        {
            var transaction = item.Recovered.Transaction;
            call.Out.WritePropertyName(transaction.Nonce.ToString(System.Globalization.CultureInfo.InvariantCulture));
            if (inspect) call.Out.WriteStringValue(EthJson.Describe(transaction));
            else EthJson.WriteTransaction(call.Out, transaction, null);
        }
    }

    private static RpcError? ContentFrom(RpcCall call)
    {
        var address = call.Args.Address(0);
        if (call.Args.Error is { } error) return error;
        call.Out.WriteStartObject();
        foreach (var pending in (ReadOnlySpan<bool>)[true, false])
        {
            call.Out.WriteStartObject(pending ? "pending"u8 : "queued"u8);
            if (call.View.Pool.BySender.TryGetValue(address, out var account)) WriteItems(call, account, pending, inspect: false);
            call.Out.WriteEndObject();
        }

        call.Out.WriteEndObject();
        return null;
    }
}
