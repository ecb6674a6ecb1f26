using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>
/// The calls the wallet makes. The standard ones work with any Ethereum node; the <c>chain_</c> ones give null where a
/// node lacks them. An answer that is not as specified, or a refusal, is a <see cref="WalletException"/>.
/// </summary>
public sealed class NodeClient(JsonRpcClient rpc)
{
    public Uri Url => rpc.Url;

    public async Task<ulong> ChainIdAsync(CancellationToken cancel) => (await RequireAsync("eth_chainId", [], cancel).ConfigureAwait(false)).Number();

    public async Task<ulong> BlockNumberAsync(CancellationToken cancel) => (await RequireAsync("eth_blockNumber", [], cancel).ConfigureAwait(false)).Number();

    /// <summary>Wei of an account at a block: a tag or a quantity.</summary>
    public async Task<UInt256> BalanceAsync(Address address, string block, CancellationToken cancel) =>
        (await RequireAsync("eth_getBalance", [address.ToString(), block], cancel).ConfigureAwait(false)).Quantity();

    /// <summary>The next nonce of an account at a block; at "pending", behind what waits in the pool.</summary>
    public async Task<ulong> NonceAsync(Address address, string block, CancellationToken cancel) =>
        (await RequireAsync("eth_getTransactionCount", [address.ToString(), block], cancel).ConfigureAwait(false)).Number();

    /// <summary>The block under a tag or number; null where there is none.</summary>
    public async Task<BlockSummary?> BlockAsync(string block, CancellationToken cancel)
    {
        var answer = await RequireAsync("eth_getBlockByNumber", [block, false], cancel).ConfigureAwait(false);
        return answer.IsNull ? null : new BlockSummary(answer.Require("number").Number(), answer.Require("hash").Hash(), answer.Field("baseFeePerGas")?.Quantity());
    }

    public async Task<UInt256> GasPriceAsync(CancellationToken cancel) => (await RequireAsync("eth_gasPrice", [], cancel).ConfigureAwait(false)).Quantity();

    /// <summary>The node's suggestion of a tip; null where it makes none.</summary>
    public async Task<UInt256?> PriorityFeeAsync(CancellationToken cancel) =>
        await rpc.CallAsync("eth_maxPriorityFeePerGas", [], cancel).ConfigureAwait(false) is RpcReply.Ok ok ? new Answer("eth_maxPriorityFeePerGas", ok.Result).Quantity() : null;

    /// <summary>Asks for the gas that a transfer would use.</summary>
    public Task<RpcReply> EstimateGasAsync(Address from, Address to, UInt256 value, ReadOnlyMemory<byte> data, CancellationToken cancel)
    {
        var call = new JsonObject { ["from"] = from.ToString(), ["to"] = to.ToString(), ["value"] = value.ToQuantity() };
        if (!data.IsEmpty) call["data"] = Hex.Encode(data.Span);
        return rpc.CallAsync("eth_estimateGas", [call], cancel);
    }

    /// <summary>Hands in a signed transaction.</summary>
    public Task<RpcReply> SendRawAsync(Transaction transaction, CancellationToken cancel) =>
        rpc.CallAsync("eth_sendRawTransaction", [Hex.Encode(transaction.Encoded.Span)], cancel);

    /// <summary>Where a transaction is; null where the node does not know it.</summary>
    public async Task<TransactionPlace?> PlaceOfAsync(Hash256 hash, CancellationToken cancel)
    {
        var answer = await RequireAsync("eth_getTransactionByHash", [hash.ToString()], cancel).ConfigureAwait(false);
        return answer.IsNull ? null : new TransactionPlace(
            answer.Require("from").Address(),
            answer.Require("nonce").Number(),
            answer.Field("blockNumber")?.Number(),
            answer.Field("blockHash")?.Hash());
    }

    /// <summary>A transaction itself; null where the node does not know it.</summary>
    public async Task<KnownTransaction?> TransactionAsync(Hash256 hash, CancellationToken cancel)
    {
        var answer = await RequireAsync("eth_getTransactionByHash", [hash.ToString()], cancel).ConfigureAwait(false);
        return answer.IsNull ? null : TransactionReader.Read(answer, hash);
    }

    /// <summary>Whether a mined transaction's execution succeeded; null without a receipt.</summary>
    public async Task<bool?> SucceededAsync(Hash256 hash, CancellationToken cancel)
    {
        var answer = await RequireAsync("eth_getTransactionReceipt", [hash.ToString()], cancel).ConfigureAwait(false);
        return answer.IsNull ? null : answer.Field("status")?.Number() != 0;
    }

    /// <summary>Whether the node has the method at all, and the transfer's life so far: null where it does not know it.</summary>
    public async Task<(bool Supported, TransferStatus? Status)> TransferStatusAsync(Hash256 hash, CancellationToken cancel)
    {
        if (await OptionalAsync("chain_getTransactionStatus", [hash.ToString()], cancel).ConfigureAwait(false) is not { } answer) return (false, null);
        if (answer.IsNull) return (true, null);
        var history = answer.Field("history")?.Items().Select(ReadChange).ToList() ?? [];
        return (true, new TransferStatus(
            ReadState(answer.Require("status")),
            answer.Field("blockNumber")?.Number(),
            answer.Field("blockHash")?.Hash(),
            answer.Field("replacedBy")?.Hash(),
            answer.Field("reason")?.TextOrRaw(),
            history));
    }

    /// <summary>How far a mined transfer can be trusted; null while it is not mined, or where the node lacks the method.</summary>
    public async Task<Confidence?> ConfidenceAsync(Hash256 hash, double attackerShare, CancellationToken cancel)
    {
        var options = new JsonObject { ["attackerShare"] = attackerShare };
        if (await OptionalAsync("chain_getConfidence", [hash.ToString(), options], cancel).ConfigureAwait(false) is not { IsNull: false } answer) return null;
        var confirmations = (int)Math.Min(answer.Require("confirmations").Number(), int.MaxValue);
        return new Confidence(
            confirmations,
            answer.Field("level")?.Text() ?? ConfidenceLevel.Describe(confirmations),
            answer.Field("attackerShare")?.Fraction() ?? attackerShare,
            answer.Field("catchUpProbability")?.Fraction() ?? CatchUp.Probability(attackerShare, confirmations),
            answer.Field("rule")?.Text() ?? "pow",
            answer.Field("safe")?.Flag() ?? false,
            answer.Field("finalized")?.Flag() ?? false)
        {
            StakeShare = answer.Field("stakeShare")?.Fraction(),
        };
    }

    /// <summary>A page of an address's transfers, newest first; null where the node keeps no such index.</summary>
    public async Task<HistoryPage?> HistoryAsync(Address address, string? before, int limit, CancellationToken cancel)
    {
        var options = new JsonObject { ["limit"] = limit };
        if (before is not null) options["before"] = before;
        if (await OptionalAsync("chain_getAddressHistory", [address.ToString(), options], cancel).ConfigureAwait(false) is not { } answer) return null;
        var items = answer.Require("items").Items().Select(item => new HistoryItem(
            item.Require("hash").Hash(),
            item.Require("blockNumber").Number(),
            item.Require("blockHash").Hash(),
            item.Require("timestamp").Number(),
            item.Require("from").Address(),
            item.Field("to")?.Address(),
            item.Require("value").Quantity(),
            item.Require("fee").Quantity(),
            item.Field("status")?.Number() != 0,
            item.Require("nonce").Number())).ToList();
        return new HistoryPage(items, answer.Field("next")?.TextOrRaw());
    }

    private static TransferChange ReadChange(Answer entry) => new(
        ReadState(entry.Require("status")),
        (long)entry.Require("atMs").Number(),
        entry.Field("blockNumber")?.Number(),
        entry.Field("blockHash")?.Hash(),
        entry.Field("replacedBy")?.Hash(),
        entry.Field("reason")?.TextOrRaw());

    private static TransferState ReadState(Answer answer) => answer.Text() switch
    {
        "pending" => TransferState.Pending,
        "mined" => TransferState.Mined,
        "orphaned" => TransferState.Orphaned,
        "replaced" => TransferState.Replaced,
        "conflicting" => TransferState.Conflicting,
        "dropped" => TransferState.Dropped,
        var other => throw new WalletException(ExitCode.Failed, $"The node's answer to chain_getTransactionStatus has the status '{other}', which this wallet does not know. A newer wallet may."),
    };

    private async Task<Answer> RequireAsync(string method, JsonArray parameters, CancellationToken cancel) =>
        await rpc.CallAsync(method, parameters, cancel).ConfigureAwait(false) switch
        {
            RpcReply.Error error => throw Refused(method, error),
            var reply => new Answer(method, ((RpcReply.Ok)reply).Result),
        };

    // Null: the node lacks the method.
    private async Task<Answer?> OptionalAsync(string method, JsonArray parameters, CancellationToken cancel) =>
        await rpc.CallAsync(method, parameters, cancel).ConfigureAwait(false) switch
        {
            RpcReply.Error { IsMethodMissing: true } => null,
            RpcReply.Error error => throw Refused(method, error),
            var reply => new Answer(method, ((RpcReply.Ok)reply).Result),
        };

    private WalletException Refused(string method, RpcReply.Error error) =>
        new(ExitCode.Failed, $"The node at {Url} refused {method}: {error.Message} (code {error.Code}).");
}
