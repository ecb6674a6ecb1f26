using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Rpc.Client;

/// <summary>What a sender needs of a block header. No base fee: a chain before London.</summary>
public sealed record BlockSummary(ulong Number, Hash256 Hash, UInt256? BaseFeePerGas, ulong? GasLimit);

/// <summary>Where a node has a transaction; no block: it waits in the pool.</summary>
public sealed record TransactionPlace(Address From, ulong Nonce, ulong? BlockNumber, Hash256? BlockHash);

/// <summary>
/// The standard calls, which any Ethereum node has, typed. An answer that is not as specified is an
/// <see cref="UnexpectedAnswerException"/>, an error a <see cref="CallRefusedException"/>.
/// </summary>
public class EthClient(JsonRpcClient rpc)
{
    public Uri Url => rpc.Url;

    public async Task<ulong> ChainIdAsync(CancellationToken cancel) =>
        (await RequireAsync("eth_chainId", [], cancel).ConfigureAwait(false)).Number();

    public async Task<ulong> BlockNumberAsync(CancellationToken cancel) =>
        (await RequireAsync("eth_blockNumber", [], cancel).ConfigureAwait(false)).Number();

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
        return answer.IsNull ? null : new BlockSummary(
            answer.Require("number").Number(),
            answer.Require("hash").Hash(),
            answer.Field("baseFeePerGas")?.Quantity(),
            answer.Field("gasLimit")?.Number());
    }

    public async Task<UInt256> GasPriceAsync(CancellationToken cancel) =>
        (await RequireAsync("eth_gasPrice", [], cancel).ConfigureAwait(false)).Quantity();

    /// <summary>The node's suggestion of a tip; null where it makes none.</summary>
    public async Task<UInt256?> PriorityFeeAsync(CancellationToken cancel) =>
        await rpc.CallAsync("eth_maxPriorityFeePerGas", [], cancel).ConfigureAwait(false) is RpcReply.Ok ok
            ? new Answer("eth_maxPriorityFeePerGas", ok.Result).Quantity()
            : null;

    /// <summary>Asks for the gas that a transfer would use.</summary>
    public Task<RpcReply> EstimateGasAsync(Address from, Address to, UInt256 value, ReadOnlyMemory<byte> data,
        CancellationToken cancel)
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
        if (answer.IsNull) return null;
        if (answer.Require("hash").Hash() != hash) throw answer.Malformed($"the transaction {hash}");
        return new TransactionPlace(
            answer.Require("from").Address(),
            answer.Require("nonce").Number(),
            answer.Field("blockNumber")?.Number(),
            answer.Field("blockHash")?.Hash());
    }

    /// <summary>
    /// Which transaction of an account has a nonce; null where the node knows none, lacks the method, or names one that the
    /// account did not sign.
    /// </summary>
    public async Task<Hash256?> HashByNonceAsync(Address sender, ulong nonce, CancellationToken cancel)
    {
        JsonNode?[] parameters = [sender.ToString(), Hex.Quantity(nonce)];
        const string Method = "eth_getTransactionBySenderAndNonce";
        if (await rpc.CallAsync(Method, parameters, cancel).ConfigureAwait(false) is not RpcReply.Ok ok) return null;
        var answer = new Answer(Method, ok.Result);
        if (answer.IsNull) return null;
        var hash = answer.Require("hash").Hash();
        var known = TransactionReader.Read(answer, hash);
        return known.From == sender && known.Transaction.Nonce == nonce ? hash : null;
    }

    /// <summary>Whether a mined transaction's execution succeeded; null without a receipt.</summary>
    public async Task<bool?> SucceededAsync(Hash256 hash, CancellationToken cancel)
    {
        var answer = await RequireAsync("eth_getTransactionReceipt", [hash.ToString()], cancel).ConfigureAwait(false);
        return answer.IsNull ? null : answer.Field("status")?.Number() != 0;
    }

    /// <summary>The answer to a call that every node has.</summary>
    protected async Task<Answer> RequireAsync(string method, JsonNode?[] parameters, CancellationToken cancel) =>
        await rpc.CallAsync(method, parameters, cancel).ConfigureAwait(false) switch
        {
            RpcReply.Error error => throw Refused(method, error),
            var reply => new Answer(method, ((RpcReply.Ok)reply).Result),
        };

    /// <summary>The answer to a call that not every node has; null where this one lacks it.</summary>
    protected async Task<Answer?> OptionalAsync(string method, JsonNode?[] parameters, CancellationToken cancel) =>
        await rpc.CallAsync(method, parameters, cancel).ConfigureAwait(false) switch
        {
            RpcReply.Error { IsMethodMissing: true } => null,
            RpcReply.Error error => throw Refused(method, error),
            var reply => new Answer(method, ((RpcReply.Ok)reply).Result),
        };

    private CallRefusedException Refused(string method, RpcReply.Error error) =>
        new($"The node at {Url} refused {method}: {error.Message} (code {error.Code}).");
}
