using Microsoft.AspNetCore.Http;

namespace Chain.Rpc;

/// <summary>GET /metrics: the text format of Prometheus, version 0.0.4.</summary>
internal static class MetricsPage
{
    public static async Task WriteAsync(HttpContext context, RpcServices services, RpcMethodTable methods, int sockets)
    {
        var page = new MetricsText();
        WriteChain(page, services);
        services.Node.Api.WriteMetrics(page, services.Node.View);
        WriteNode(page, services);
        WriteRpc(page, services, methods, sockets);
        await HttpEndpoint.WriteAsync(context, StatusCodes.Status200OK, "text/plain; version=0.0.4; charset=utf-8",
            page.ToBytes());
    }

    private static void WriteChain(MetricsText page, RpcServices services)
    {
        var node = services.Node;
        var view = node.View;
        page.Gauge("chain_head_number", "Number of the head block.", view.Head.Number);
        page.Gauge("chain_head_timestamp_seconds", "Timestamp of the head block.", view.Head.Header.Timestamp);
        page.Gauge("chain_safe_number", "Number of the safe block.", view.Safe.Number);
        page.Gauge("chain_finalized_number", "Number of the finalized block.", view.Finalized.Number);
        page.Gauge("chain_finality_lag_blocks", "Blocks between the head and the finalized block.",
            view.Head.Number - view.Finalized.Number);
        page.Gauge("chain_difficulty", "Difficulty of the head block.", (double)view.Head.Header.Difficulty);
        page.Head("chain_reorgs_total", "counter", "Reorganisations since start by depth in blocks, up to the label's value.");
        foreach (var (upTo, count) in services.Hub.Reorgs.Classes())
            page.Sample("chain_reorgs_total", $"{{depth_le=\"{upTo}\"}}", count);
        page.Head("chain_alert", "gauge", "1 while the alert stands.");
        var standing = NodeAlerts.Of(view, node, services.Hub.HadPeers);
        foreach (var name in NodeAlerts.Names.Concat(node.Api.AlertNames))
            page.Sample("chain_alert", $"{{name=\"{name}\"}}", standing.Exists(alert => alert.Name == name) ? 1 : 0);
    }

    private static void WriteNode(MetricsText page, RpcServices services)
    {
        var (node, view) = (services.Node, services.Node.View);
        page.Gauge("chain_peers", "Connected peers.", view.Peers.Count);
        var pool = view.Pool.Totals;
        page.Head("chain_pool_transactions", "gauge", "Transactions in the pool.");
        page.Sample("chain_pool_transactions", "{state=\"pending\"}", pool.Pending);
        page.Sample("chain_pool_transactions", "{state=\"queued\"}", pool.Queued);
        page.Head("chain_pool_bytes", "gauge", "Encoded bytes of the transactions in the pool.");
        page.Sample("chain_pool_bytes", "{state=\"pending\"}", pool.PendingBytes);
        page.Sample("chain_pool_bytes", "{state=\"queued\"}", pool.QueuedBytes);
        page.Head("chain_imported_blocks_total", "counter", "Blocks imported since start.");
        page.Sample("chain_imported_blocks_total", "", node.Imports.Blocks);
        page.Head("chain_imported_transactions_total", "counter", "Transactions in the blocks imported since start.");
        page.Sample("chain_imported_transactions_total", "", node.Imports.Transactions);
        page.Head("chain_import_seconds_total", "counter", "Time spent importing since start.");
        page.Sample("chain_import_seconds_total", "", node.Imports.Time.TotalSeconds);
        page.Gauge("chain_hash_rate", "Hashes a second of this node and of the miners that report to it.",
            node.LocalHashRate + services.HashRates.Total);
        var steps = node.Steps;
        page.Gauge("chain_step_age_seconds", "Time since the core finished handling an input.", steps.SinceLast.TotalSeconds);
        page.Gauge(
            "chain_longest_step_seconds",
            "The longest that the core took for one input since start.",
            steps.Longest.TotalSeconds);
        page.Gauge("chain_inputs_waiting", "Inputs that wait for the core.", steps.Waiting);
        page.Gauge("chain_syncing", "1 while the node is catching up.", view.Sync is null ? 0 : 1);
        page.Gauge("chain_read_only", "1 when the node serves reads only.", node.ReadOnlyReason is null ? 0 : 1);
        if (node.ClockOffsetMs is { } offset)
            page.Gauge("chain_clock_offset_seconds", "The peers' clocks minus ours.", offset / 1000.0);
        page.Gauge("process_resident_memory_bytes", "Resident memory.", Environment.WorkingSet);
    }

    private static void WriteRpc(MetricsText page, RpcServices services, RpcMethodTable methods, int sockets)
    {
        page.Gauge("rpc_websockets", "Open WebSockets.", sockets);
        page.Gauge("rpc_subscriptions", "Subscriptions.", services.Hub.Count);
        page.Gauge("rpc_filters", "Filters.", services.Filters.Count);
        page.Head("rpc_calls_total", "counter", "Calls by method.");
        var called = methods.All.Where(method => method.Calls > 0).ToList();
        foreach (var method in called) page.Sample("rpc_calls_total", $"{{method=\"{method.Name}\"}}", method.Calls);
        page.Head("rpc_failures_total", "counter", "Calls answered with an error, by method.");
        foreach (var method in called) page.Sample("rpc_failures_total", $"{{method=\"{method.Name}\"}}", method.Failures);
    }
}
