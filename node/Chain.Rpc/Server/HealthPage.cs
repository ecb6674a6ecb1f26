using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Chain.Rpc;

/// <summary>
/// GET /health: 200 while the node imports and answers, 503 with the reason when it serves reads only or its steps have
/// stopped.
/// </summary>
internal static class HealthPage
{
    public static async Task WriteAsync(HttpContext context, RpcServices services)
    {
        var node = services.Node;
        var view = node.View;
        var steps = node.Steps;
        var reason = node.ReadOnlyReason ?? steps.Stalled;
        using var buffer = new ResponseBuffer();
        using (var json = new Utf8JsonWriter(buffer, RpcJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteBoolean("healthy"u8, reason is null);
            if (reason is not null) json.WriteString("reason"u8, reason);
            json.WriteNumber("head"u8, view.Head.Number);
            json.WriteNumber("headAgeSeconds"u8, Math.Max(0, (node.Now.UnixMs / 1000) - (long)view.Head.Header.Timestamp));
            json.WriteNumber("peers"u8, view.Peers.Count);
            json.WriteBoolean("syncing"u8, view.Sync is not null);
            json.WriteNumber("secondsSinceStep"u8, Math.Round(steps.SinceLast.TotalSeconds, 3));
            json.WriteNumber("lastStepSeconds"u8, Math.Round(steps.Last.TotalSeconds, 3));
            json.WriteNumber("longestStepSeconds"u8, Math.Round(steps.Longest.TotalSeconds, 3));
            json.WriteNumber("inputsWaiting"u8, steps.Waiting);
            node.Api.WriteHealth(json, view);
            json.WriteStartArray("alerts"u8);
            foreach (var alert in NodeAlerts.Of(view, node, services.Hub.HadPeers)) json.WriteStringValue(alert.Name);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        var status = reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await HttpEndpoint.WriteAsync(context, status, "application/json", buffer.Written);
    }
}
