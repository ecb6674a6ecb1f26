using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>
/// eth_: logs and polled filters. A filter reads the chain log from its offset on, so that reorganisations are in it.
/// </summary>
internal static class LogMethods
{
    private const int LogEntriesPerPoll = 4096;

    public static void AddTo(RpcMethodTable table)
    {
        table.Add("eth_getLogs", 1, call =>
        {
            if (!call.Args.Has(0)) call.Args.Fail(0, "a filter object was expected");
            var filter = LogFilter.Read(call.Args, 0);
            return call.Args.Error ?? WriteLogs(call, filter);
        });
        table.Add("eth_newFilter", 1, call =>
        {
            var filter = LogFilter.Read(call.Args, 0);
            return call.Args.Error ?? AddFilter(call, new Filter(FilterKind.Logs, filter, NextOffset(call)));
        });
        table.Add("eth_newBlockFilter", 0, call => AddFilter(call, new Filter(FilterKind.Blocks, null, NextOffset(call))));
        table.Add("eth_newPendingTransactionFilter", 1,
            call => AddFilter(call, new Filter(FilterKind.PendingTransactions, null, call.Services.Hub.Announced.NextOffset)));
        table.Add("eth_uninstallFilter", 1, call =>
        {
            var id = call.Args.Text(0);
            if (call.Args.Error is { } error) return error;
            call.Out.WriteBooleanValue(call.Services.Filters.Remove(id));
            return null;
        });
        table.Add("eth_getFilterChanges", 1, GetFilterChanges);
        table.Add("eth_getFilterLogs", 1, GetFilterLogs);
    }

    private static ulong NextOffset(RpcCall call) => call.Reader.GetHead()?.NextLogOffset ?? 0;

    private static RpcError? AddFilter(RpcCall call, Filter filter)
    {
        if (call.Services.Filters.Add(filter) is not { } id)
            return new RpcError(RpcError.LimitExceeded,
                $"{call.Limits.Filters} filters exist, which is the limit; uninstall some with eth_uninstallFilter");
        call.Out.WriteStringValue(id);
        return null;
    }

    private static RpcError NoFilter(string id) =>
        RpcError.Refused($"filter not found: {id} was never made, was uninstalled, or was not polled for too long");

    private static RpcError? GetFilterLogs(RpcCall call)
    {
        var id = call.Args.Text(0);
        if (call.Args.Error is { } error) return error;
        if (!call.Services.Filters.TryGet(id, out var filter)) return NoFilter(id);
        return filter.Logs is { } logs ? WriteLogs(call, logs) : RpcError.Refused($"filter not found: {id} is no log filter");
    }

    private static RpcError? GetFilterChanges(RpcCall call)
    {
        var id = call.Args.Text(0);
        if (call.Args.Error is { } error) return error;
        if (!call.Services.Filters.TryGet(id, out var filter)) return NoFilter(id);
        lock (filter.Gate)
        {
            call.Out.WriteStartArray();
            if (filter.Kind == FilterKind.PendingTransactions) WriteAnnounced(call, filter);
            else WriteChanges(call, filter);
            call.Out.WriteEndArray();
        }

        return null;
    }

    private static void WriteAnnounced(RpcCall call, Filter filter)
    {
        var hashes = call.Services.Hub.Announced.From(filter.Offset, out var next);
        foreach (var hash in hashes) call.Out.WriteHexValue(hash.Bytes);
        filter.Offset = next;
    }

    private static void WriteChanges(RpcCall call, Filter filter)
    {
        var written = 0;
        var entries = call.Reader.GetChainLog(filter.Offset, LogEntriesPerPoll);
        foreach (var entry in entries)
        {
            // The rest is left for the next poll.
            if (written >= call.Limits.LogResults || call.IsLate) break;
            filter.Offset = entry.Offset + 1;
            if (filter.Kind == FilterKind.Blocks)
            {
                if (!entry.Added) continue;
                call.Out.WriteHexValue(entry.BlockHash.Bytes);
                written++;
            }
            else if (InRange(filter.Logs!, entry.Number) && call.FindBlock(entry.BlockHash) is { } block)
            {
                foreach (var place in filter.Logs!.In(block))
                {
                    EthJson.WriteLog(call.Out, place, removed: !entry.Added);
                    written++;
                }
            }
        }
    }

    private static bool InRange(LogFilter filter, ulong number) =>
        (filter.From is not BlockParameter.ByNumber from || number >= from.Number)
        && (filter.To is not BlockParameter.ByNumber to || number <= to.Number);

    /// <summary>All logs of the filter's range on the canonical chain, or of one block by its hash, orphaned or not.</summary>
    private static RpcError? WriteLogs(RpcCall call, LogFilter filter)
    {
        if (filter.BlockHash is { } hash)
        {
            if (call.FindBlock(hash) is not { } block) return RpcError.Refused($"unknown block: this node has no block {hash}");
            call.Out.WriteStartArray();
            foreach (var place in filter.In(block)) EthJson.WriteLog(call.Out, place, removed: false);
            call.Out.WriteEndArray();
            return null;
        }

        if (!Bound(call, filter.From).IsOk(out var first, out var error) || !Bound(call, filter.To).IsOk(out var last, out error))
            return error;
        if (first > last) return new RpcError(RpcError.InvalidParams, $"invalid block range params: from {first} to {last}");
        return WriteRange(call, filter, first.Number, last.Number);
    }

    private static RpcError? WriteRange(RpcCall call, LogFilter filter, ulong first, ulong last)
    {
        call.Out.WriteStartArray();
        var written = 0;
        for (var number = first; number <= last; number++)
        {
            if (call.IsLate) return call.TimedOut;
            if (call.FindCanonical(number) is not { } header || !filter.MayMatch(header.Header.LogsBloom)
                || call.FindBlock(header.Hash) is not { } block)
                continue;
            foreach (var place in filter.In(block))
            {
                if (++written > call.Limits.LogResults)
                    return new RpcError(RpcError.LimitExceeded,
                        $"query returned more than {call.Limits.LogResults} results; ask for fewer blocks than {first} to "
                            + $"{last}, {number} was reached");
                EthJson.WriteLog(call.Out, place, removed: false);
            }
        }

        call.Out.WriteEndArray();
        return null;
    }

    private readonly record struct RangeEnd(ulong Number)
    {
        public static bool operator >(RangeEnd left, RangeEnd right) => left.Number > right.Number;

        public static bool operator <(RangeEnd left, RangeEnd right) => left.Number < right.Number;
    }

    private static Verdict<RangeEnd, RpcError> Bound(RpcCall call, BlockParameter? parameter) => parameter switch
    {
        null => new RangeEnd(call.View.Head.Number),
        BlockParameter.ByNumber { Number: var number } when number > call.View.Head.Number =>
            new RpcError(RpcError.InvalidParams,
                $"block range extends beyond current head block: {number} was asked for, the head is {call.View.Head.Number}"),
        BlockParameter.ByNumber { Number: var number } => new RangeEnd(number),
        _ => call.FindHeader(parameter) is { } header
        ? new RangeEnd(header.Number)
        : new RpcError(RpcError.NotFound, "header not found"),
    };
}
