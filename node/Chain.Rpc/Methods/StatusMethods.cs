using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>chain_status and chain_nodeInfo: a node at a glance, for the test-network tool and for screens.</summary>
internal static class StatusMethods
{
    private const int RecentReorgs = 32;

    public static void AddTo(RpcMethodTable table)
    {
        table.Add("chain_status", 0, Status);
        table.Add("chain_nodeInfo", 0, NodeInfo);
    }

    private static RpcError? NodeInfo(RpcCall call)
    {
        var json = call.Out;
        json.WriteStartObject();
        WriteIdentity(call);
        json.WriteString("secp256k1"u8, Secp256k1.Description);
        json.WriteNumber("pid"u8, Environment.ProcessId);
        json.WriteEndObject();
        return null;
    }

    private static void WriteIdentity(RpcCall call)
    {
        var json = call.Out;
        json.WriteString("clientVersion"u8, call.Node.ClientVersion);
        json.WriteString("consensus"u8, call.Node.Rules.Name);
        json.WriteQuantity("chainId"u8, call.Node.Spec.ChainId);
        json.WriteHex("genesisHash"u8, call.Node.GenesisHash);
        if (call.Node.Enode is { } enode) json.WriteString("enode"u8, enode);
        else json.WriteNull("enode"u8);
    }

    private static RpcError? Status(RpcCall call)
    {
        var (json, view) = (call.Out, call.View);
        json.WriteStartObject();
        WriteIdentity(call);
        ChainJson.WriteHead(json, "head"u8, view.Head);
        ChainJson.WriteHead(json, "safe"u8, view.Safe);
        ChainJson.WriteHead(json, "finalized"u8, view.Finalized);
        json.WriteQuantity("totalDifficulty"u8, view.HeadTotalDifficulty);
        WritePeers(call);
        json.WriteStartArray("reorgs"u8);
        foreach (var reorg in view.Reorgs.Skip(Math.Max(0, view.Reorgs.Count - RecentReorgs))) ChainJson.WriteReorg(json, reorg);
        json.WriteEndArray();
        json.WriteStartObject("pool"u8);
        json.WriteNumber("pending"u8, view.Pool.Totals.Pending);
        json.WriteNumber("queued"u8, view.Pool.Totals.Queued);
        json.WriteEndObject();
        json.WriteBoolean("mining"u8, view.MiningBeneficiary is not null);
        json.WriteHex("beneficiary"u8, view.MiningBeneficiary);
        json.WriteNumber("hashRate"u8, MiningMethods.Rate(call));
        json.WritePropertyName("syncing"u8);
        if (view.Sync is { } sync) NodeMethods.WriteSync(json, sync);
        else json.WriteBooleanValue(false);
        json.WriteNumber("rssBytes"u8, Environment.WorkingSet);
        json.WriteNumber("nowMs"u8, call.Node.Now.UnixMs);
        if (call.Node.ClockOffsetMs is { } offset) json.WriteNumber("clockOffsetMs"u8, offset);
        else json.WriteNull("clockOffsetMs"u8);
        call.Node.Api.WriteStatus(json, view, call.Reader);
        WriteAlerts(call);
        json.WriteEndObject();
        return null;
    }

    private static void WritePeers(RpcCall call)
    {
        call.Out.WriteStartArray("peers"u8);
        var endpoints = call.Node.PeerEndpoints.ToDictionary(endpoint => endpoint.Id);
        foreach (var peer in call.View.Peers) ChainJson.WritePeer(call.Out, peer, endpoints.GetValueOrDefault(peer.Id));
        call.Out.WriteEndArray();
    }

    private static void WriteAlerts(RpcCall call)
    {
        call.Out.WriteStartArray("alerts"u8);
        foreach (var alert in NodeAlerts.Of(call.View, call.Node, call.Services.Hub.HadPeers))
        {
            call.Out.WriteStartObject();
            call.Out.WriteString("name"u8, alert.Name);
            call.Out.WriteString("message"u8, alert.Message);
            call.Out.WriteEndObject();
        }

        call.Out.WriteEndArray();
    }
}
