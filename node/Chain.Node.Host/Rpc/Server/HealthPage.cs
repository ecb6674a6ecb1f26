using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Chain.Node.Host.Rpc;

/// <summary>GET /health: 200 while the node imports and answers, 503 with the reason when it serves reads only.</summary>
internal static class HealthPage
{
    public static async Task WriteAsync(HttpContext context, RpcServices services)
    {
        var node = services.Node;
        var view = node.View;
        using var buffer = new ResponseBuffer();
        using (var json = new Utf8JsonWriter(buffer, RpcJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WriteBoolean("healthy"u8, node.ReadOnlyReason is null);
            if (node.ReadOnlyReason is { } reason) json.WriteString("reason"u8, reason);
            json.WriteNumber("head"u8, view.Head.Number);
            json.WriteNumber("headAgeSeconds"u8, Math.Max(0, (node.Now.UnixMs / 1000) - (long)view.Head.Header.Timestamp));
            json.WriteNumber("peers"u8, view.Peers.Count);
            json.WriteBoolean("syncing"u8, view.Sync is not null);
            if (view.Stake() is { } stake)
            {
                json.WriteNumber("finalityDelayEpochs"u8, stake.FinalityDelay());
                json.WriteNumber("participation"u8, stake.PreviousParticipation());
                json.WriteNumber("slashed"u8, stake.Slashed().Count());
            }

            json.WriteStartArray("alerts"u8);
            foreach (var alert in Alerts.Of(view, node, services.Hub.HadPeers)) json.WriteStringValue(alert.Name);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        var status = node.ReadOnlyReason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await HttpEndpoint.WriteAsync(context, status, "application/json", buffer.Written);
    }
}
