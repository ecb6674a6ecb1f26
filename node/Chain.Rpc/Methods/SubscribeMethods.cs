using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>eth_subscribe and eth_unsubscribe, over WebSocket only.</summary>
internal static class SubscribeMethods
{
    public static void AddTo(RpcMethodTable table)
    {
        table.Add("eth_subscribe", 2, Subscribe);
        table.Add("eth_unsubscribe", 1, Unsubscribe);
    }

    private static readonly RpcError OverHttp = new(RpcError.MethodNotFound,
        "notifications not supported: connect by WebSocket (the same port) to subscribe");

    private static RpcError? Subscribe(RpcCall call)
    {
        if (call.Caller.Socket is not { } socket) return OverHttp;
        var name = call.Args.Text(0);
        LogFilter? logs = null;
        Hash256? transaction = null;
        SubscriptionKind kind;
        switch (name)
        {
            case "newHeads":
                kind = SubscriptionKind.NewHeads;
                break;
            case "logs":
                kind = SubscriptionKind.Logs;
                logs = LogFilter.Read(call.Args, 1);
                break;
            case "newPendingTransactions":
                kind = call.Args.Bool(1, false)
                    ? SubscriptionKind.NewPendingTransactionsFull
                    : SubscriptionKind.NewPendingTransactions;
                break;
            case "syncing":
                kind = SubscriptionKind.Syncing;
                break;
            case "newWork":
                kind = SubscriptionKind.NewWork;
                break;
            case "chainReorg":
                kind = SubscriptionKind.ChainReorg;
                break;
            case "chainTransactions":
                kind = SubscriptionKind.ChainTransactions;
                transaction = call.Args.Has(1) ? call.Args.Hash(1) : null;
                break;
            case "chainConsensus":
                kind = SubscriptionKind.ChainConsensus;
                if (call.Args.Error is null && !call.Node.Api.HasEvents)
                    return RpcError.Refused($"this chain's rule tells no events of its own: it is {call.Node.Rules.Name}");
                break;
            default:
                return call.Args.Error
                    ?? new RpcError(RpcError.InvalidParams,
                        $"no \"{name}\" subscription in eth namespace: known are newHeads, logs, newPendingTransactions, "
                            + $"syncing, newWork, chainReorg, chainTransactions and chainConsensus");
        }

        if (call.Args.Error is { } error) return error;
        var hub = call.Services.Hub;
        if (!hub.HasRoomFor(socket))
            return new RpcError(RpcError.LimitExceeded,
                $"this connection has {call.Limits.SubscriptionsPerConnection} subscriptions, which is the limit");
        var subscription = new Subscription(FilterStore.NewId(), socket, kind, logs, transaction);
        call.Out.WriteStringValue(subscription.Id);
        hub.Add(subscription);
        call.AfterReply = subscription.Open;
        return null;
    }

    private static RpcError? Unsubscribe(RpcCall call)
    {
        if (call.Caller.Socket is not { } socket) return OverHttp;
        var id = call.Args.Text(0);
        if (call.Args.Error is { } error) return error;
        if (!call.Services.Hub.Remove(socket, id)) return RpcError.Refused($"subscription not found: {id}");
        call.Out.WriteBooleanValue(true);
        return null;
    }
}
