using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>
/// The calls the wallet makes beside the standard ones: those named <c>chain_</c> give null where a node lacks them.
/// </summary>
public sealed class NodeClient(JsonRpcClient rpc) : EthClient(rpc)
{
    // The last second of the year 9999.
    private const ulong MaxUnixSeconds = 253_402_300_799;

    /// <summary>A transaction itself; null where the node does not know it.</summary>
    public async Task<KnownTransaction?> TransactionAsync(Hash256 hash, CancellationToken cancel)
    {
        var answer = await RequireAsync("eth_getTransactionByHash", [hash.ToString()], cancel).ConfigureAwait(false);
        return answer.IsNull ? null : TransactionReader.Read(answer, hash);
    }

    /// <summary>
    /// What each waiting transfer of an account can cost it, in wei, by nonce; null where the node does not show its pool.
    /// </summary>
    public async Task<IReadOnlyDictionary<ulong, UInt256>?> WaitingCostsAsync(Address address, CancellationToken cancel)
    {
        if (await OptionalAsync("txpool_contentFrom", [address.ToString()],
            cancel).ConfigureAwait(false) is not { IsNull: false } answer) return null;
        var costs = new Dictionary<ulong, UInt256>();
        foreach (var waiting in new[] { answer.Field("pending"), answer.Field("queued") })
        {
            foreach (var item in waiting?.Members() ?? [])
            {
                var price = (item.Field("maxFeePerGas") ?? item.Require("gasPrice")).Quantity();
                costs[item.Require("nonce").Number()] = TransferCost.Of(item.Require("value").Quantity(), price,
                    item.Require("gas").Number());
            }
        }

        return costs;
    }

    /// <summary>Whether the node has the method at all, and the transfer's life so far: null where it does not know it.</summary>
    public async Task<(bool Supported, TransferStatus? Status)> TransferStatusAsync(Hash256 hash, CancellationToken cancel)
    {
        if (await OptionalAsync("chain_getTransactionStatus", [hash.ToString()], cancel).ConfigureAwait(false) is not { } answer)
            return (false, null);
        if (answer.IsNull) return (true, null);
        var history = answer.Field("history")?.Items().Select(ReadChange).ToList() ?? [];
        return (true, new TransferStatus(
            ReadState(answer.Require("status")),
            answer.Field("blockNumber")?.Number(),
            answer.Field("blockHash")?.Hash(),
            answer.Field("replacedBy")?.Hash(),
            answer.Field("reason")?.Words(),
            history));
    }

    /// <summary>
    /// How far a mined transfer can be trusted; null while it is not mined, or where the node lacks the method.
    /// </summary>
    public async Task<Confidence?> ConfidenceAsync(Hash256 hash, double attackerShare, CancellationToken cancel)
    {
        var options = new JsonObject { ["attackerShare"] = attackerShare };
        if (await OptionalAsync("chain_getConfidence", [hash.ToString(), options],
            cancel).ConfigureAwait(false) is not { IsNull: false } answer)
            return null;
        var confirmations = (int)Math.Min(answer.Require("confirmations").Number(), int.MaxValue);
        return new Confidence(
            confirmations,
            answer.Field("safe")?.Flag() ?? false,
            answer.Field("finalized")?.Flag() ?? false)
        {
            Level = answer.Field("level")?.Words(),
            UndoChance = answer.Field("catchUpProbability")?.Fraction() is { } probability
                ? new UndoChance(answer.Field("attackerShare")?.Fraction() ?? attackerShare, probability)
                : null,
            StakeShare = answer.Field("stakeShare")?.Fraction(),
        };
    }

    /// <summary>A page of an address's transfers, newest first; null where the node keeps no such index.</summary>
    public async Task<HistoryPage?> HistoryAsync(Address address, string? before, int limit, CancellationToken cancel)
    {
        var options = new JsonObject { ["limit"] = limit };
        if (before is not null) options["before"] = before;
        if (await OptionalAsync("chain_getAddressHistory", [address.ToString(), options],
            cancel).ConfigureAwait(false) is not { } answer)
            return null;
        var items = answer.Require("items").Items().Select(item => new HistoryItem(
            item.Require("hash").Hash(),
            item.Require("blockNumber").Number(),
            item.Require("blockHash").Hash(),
            ReadTime(item.Require("timestamp")),
            item.Require("from").Address(),
            item.Field("to")?.Address(),
            item.Require("value").Quantity(),
            item.Require("fee").Quantity(),
            item.Field("status")?.Number() != 0,
            item.Require("nonce").Number())).ToList();
        return new HistoryPage(items, answer.Field("next")?.Words());
    }

    private static ulong ReadTime(Answer answer) => answer.Number() is <= MaxUnixSeconds and var seconds ? seconds
        : throw answer.Malformed("a time in seconds");

    private static TransferChange ReadChange(Answer entry) => new(
        ReadState(entry.Require("status")),
        (long)entry.Require("atMs").Number(),
        entry.Field("blockNumber")?.Number(),
        entry.Field("blockHash")?.Hash(),
        entry.Field("replacedBy")?.Hash(),
        entry.Field("reason")?.Words());

    private static TransferState ReadState(Answer answer) => answer.Words() switch
    {
        "pending" => TransferState.Pending,
        "mined" => TransferState.Mined,
        "orphaned" => TransferState.Orphaned,
        "replaced" => TransferState.Replaced,
        "conflicting" => TransferState.Conflicting,
        "dropped" => TransferState.Dropped,
        var other =>
            throw new WalletException(ExitCode.Failed,
                $"The node's answer to chain_getTransactionStatus has the status '{other}', which this wallet does not know. A "
                    + $"newer wallet may."),
    };
}
