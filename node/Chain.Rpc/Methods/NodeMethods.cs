using System.Globalization;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>net_, web3_, rpc_ and those of eth_ that are about the node rather than the chain.</summary>
internal static class NodeMethods
{
    public static void AddTo(RpcMethodTable table)
    {
        table.AddQuantity("eth_chainId", call => call.Node.Spec.ChainId);
        table.AddQuantity("eth_protocolVersion", _ => 68);
        table.Add("eth_syncing", 0, Syncing);
        table.Add("eth_accounts", 0, call =>
        {
            call.Out.WriteStartArray();
            call.Out.WriteEndArray();
            return null;
        });
        table.AddText("net_version", call => call.Node.Spec.ChainId.ToString(CultureInfo.InvariantCulture));
        table.AddBool("net_listening", call => call.Node.Enode is not null);
        table.AddQuantity("net_peerCount", call => (ulong)call.View.Peers.Count);
        table.AddText("web3_clientVersion", call => call.Node.ClientVersion);
        table.Add("web3_sha3", 1, call =>
        {
            var data = call.Args.Bytes(0);
            if (call.Args.Error is { } error) return error;
            call.Out.WriteHexValue(Keccak256.Hash(data).Bytes);
            return null;
        });
        foreach (var name in (ReadOnlySpan<string>)["eth_sign", "eth_signTransaction", "eth_sendTransaction"])
        {
            table.Add(name, 2,
                _ => RpcError.Refused("unknown account: this node holds no keys; sign in the client and send with "
                    + "eth_sendRawTransaction"));
        }

        table.Add("rpc_modules", 0, call =>
        {
            call.Out.WriteStartObject();
            foreach (var module in (ReadOnlySpan<string>)["chain", "eth", "net", "rpc", "txpool", "web3"])
                call.Out.WriteString(module, "1.0");
            if (call.Caller.IsAdmin) call.Out.WriteString("admin", "1.0");
            call.Out.WriteEndObject();
            return null;
        });
    }

    private static RpcError? Syncing(RpcCall call)
    {
        if (call.View.Sync is not { } sync)
        {
            call.Out.WriteBooleanValue(false);
            return null;
        }

        WriteSync(call.Out, sync);
        return null;
    }

    public static void WriteSync(System.Text.Json.Utf8JsonWriter json, SyncView sync)
    {
        json.WriteStartObject();
        json.WriteQuantity("startingBlock"u8, sync.StartingBlock);
        json.WriteQuantity("currentBlock"u8, sync.CurrentBlock);
        json.WriteQuantity("highestBlock"u8, sync.HighestBlock);
        json.WriteEndObject();
    }
}
