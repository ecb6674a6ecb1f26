using System.Text.Json;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>admin_: control over the node. Answered on the admin port, or to a bearer of the token.</summary>
internal static class AdminMethods
{
    private const string NotControlled = "this node is not to be controlled from outside";

    public static void AddTo(RpcMethodTable table)
    {
        table.Add("admin_nodeInfo", 0, NodeInfo);
        table.Add("admin_peers", 0, Peers);
        table.Add("admin_addPeer", 1, call => WithText(call, (admin, enode) => admin.AddPeer(enode)));
        table.Add("admin_removePeer", 1, call => WithText(call, (admin, enode) => admin.RemovePeer(enode)));
        table.Add("admin_partition", 1, Partition);
        table.Add("admin_setBlockedPeers", 1, call =>
        {
            var ids = call.Args.Take<IReadOnlyList<string>>(0, ReadIds);
            return Do(call, admin => admin.SetBlockedPeers(ids));
        });
        table.Add("admin_setLink", 2, SetLink);
        table.Add("admin_heal", 0, call => Do(call, admin => admin.Heal()));
        table.Add("admin_faults", 0, Faults);
        table.Add("admin_setClockSkew", 1, call =>
        {
            var milliseconds = call.Args.Take<long>(0, ArgParsers.Long);
            return Do(call, admin => admin.SetClockSkew(milliseconds));
        });
        table.Add("admin_startMining", 1, call =>
        {
            Address? beneficiary = call.Args.Has(0) ? call.Args.Address(0) : null;
            return Do(call, admin => admin.SetMining(on: true, beneficiary));
        });
        table.Add("admin_stopMining", 0, call => Do(call, admin => admin.SetMining(on: false, beneficiary: null)));
        table.Add("admin_setHashRateLimit", 1, call =>
        {
            double? limit = call.Args.Has(0) ? call.Args.Take<double>(0, ArgParsers.Real) : null;
            if (limit < 0) call.Args.Fail(0, $"{limit} is no rate: hashes a second from 0, or null for no bound");
            return Do(call, admin => admin.SetHashRateLimit(limit));
        });
        table.Add("admin_shutdown", 0, call => Do(call, admin =>
        {
            call.AfterReply = admin.RequestShutdown;
            return null;
        }));
    }

    private static RpcError? Do(RpcCall call, Func<INodeAdmin, string?> action)
    {
        if (call.Args.Error is { } error) return error;
        if (call.Node.Admin is not { } admin) return RpcError.Refused(NotControlled);
        if (action(admin) is { } refusal) return RpcError.Refused(refusal);
        call.Out.WriteBooleanValue(true);
        return null;
    }

    private static RpcError? WithText(RpcCall call, Func<INodeAdmin, string, string?> action)
    {
        var text = call.Args.Text(0);
        return Do(call, admin => action(admin, text));
    }

    private static RpcError? NodeInfo(RpcCall call)
    {
        var (json, view) = (call.Out, call.View);
        json.WriteStartObject();
        json.WriteString("id"u8, call.Node.Enode is { } enode ? NodeIdOf(enode) : "");
        json.WriteString("name"u8, call.Node.ClientVersion);
        json.WriteString("enode"u8, call.Node.Enode ?? "");
        json.WriteStartObject("protocols"u8);
        json.WriteStartObject("eth"u8);
        json.WriteNumber("network"u8, call.Node.Spec.ChainId);
        json.WriteQuantity("difficulty"u8, view.HeadTotalDifficulty);
        json.WriteHex("genesis"u8, call.Node.GenesisHash);
        json.WriteHex("head"u8, view.Head.Hash);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        return null;
    }

    /// <summary>geth's shape, with what this node knows of each peer under `protocols.eth`.</summary>
    private static RpcError? Peers(RpcCall call)
    {
        var json = call.Out;
        var views = call.View.Peers.ToDictionary(peer => peer.Id);
        json.WriteStartArray();
        foreach (var endpoint in call.Node.PeerEndpoints)
        {
            var peer = views.GetValueOrDefault(endpoint.Id);
            json.WriteStartObject();
            json.WriteString("id"u8, endpoint.NodeId);
            json.WriteString("name"u8, peer?.Name ?? "");
            json.WriteString("enode"u8, $"enode://{endpoint.NodeId}@{endpoint.RemoteAddress}");
            json.WriteStartArray("caps"u8);
            foreach (var capability in endpoint.Capabilities) json.WriteStringValue(capability);
            json.WriteEndArray();
            json.WriteStartObject("network"u8);
            json.WriteString("localAddress"u8, endpoint.LocalAddress);
            json.WriteString("remoteAddress"u8, endpoint.RemoteAddress);
            json.WriteBoolean("inbound"u8, peer is { Outbound: false });
            json.WriteEndObject();
            json.WriteStartObject("protocols"u8);
            if (peer is not null)
            {
                json.WriteStartObject("eth"u8);
                json.WriteQuantity("difficulty"u8, peer.TotalDifficulty);
                if (peer.Head is { } head) json.WriteHex("head"u8, head.Hash);
                json.WriteNumber("score"u8, peer.Score);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        return null;
    }

    /// <summary>Groups of node ids or enode URLs; this node keeps to those of its own group.</summary>
    private static RpcError? Partition(RpcCall call)
    {
        var groups = call.Args.Take<IReadOnlyList<IReadOnlyList<string>>>(0, ReadGroups);
        return Do(call, admin =>
        {
            var own = NodeIdOf(call.Node.Enode ?? "");
            var blocked = groups.Where(group => !group.Contains(own)).SelectMany(group => group).Distinct().ToList();
            return groups.Any(group => group.Contains(own))
                ? admin.SetBlockedPeers(blocked)
                : $"no group holds this node ({own})";
        });
    }

    private static RpcError? SetLink(RpcCall call)
    {
        var peer = call.Args.Take<string>(0, ReadId);
        LinkFaults? faults = null;
        if (call.Args.Has(1))
        {
            var fields = call.Args.Fields(1);
            faults = new LinkFaults(
                fields.Take("delayMs", ArgParsers.Int, 0),
                fields.Take("jitterMs", ArgParsers.Int, 0),
                Ratio(fields, "loss"),
                Ratio(fields, "duplicate"));
        }

        return Do(call, admin => admin.SetLink(peer, faults));
    }

    /// <summary>What is in force, in the fields that `admin_setLink` takes.</summary>
    private static RpcError? Faults(RpcCall call)
    {
        if (call.Node.Admin is not { } admin) return RpcError.Refused(NotControlled);
        var (json, faults) = (call.Out, admin.Faults);
        json.WriteStartObject();
        json.WriteStartArray("blockedPeers"u8);
        foreach (var id in faults.BlockedPeers) json.WriteStringValue(id);
        json.WriteEndArray();
        json.WriteStartArray("links"u8);
        foreach (var (id, link) in faults.Links)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, id);
            json.WriteNumber("delayMs"u8, link.DelayMs);
            json.WriteNumber("jitterMs"u8, link.JitterMs);
            json.WriteNumber("loss"u8, link.LossRatio);
            json.WriteNumber("duplicate"u8, link.DuplicateRatio);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("clockSkewMs"u8, faults.ClockSkewMs);
        json.WriteEndObject();
        return null;
    }

    private static double Ratio(RpcFields fields, string name)
    {
        var ratio = fields.Take(name, ArgParsers.Real, 0.0);
        if (ratio is < 0 or > 1) fields.Fail($"`{name}`: {ratio} is not a ratio from 0 to 1");
        return ratio;
    }

    /// <summary>The id in an enode URL, or the id itself; in lower case.</summary>
    private static string NodeIdOf(string text)
    {
        const string scheme = "enode://";
        var id = text.StartsWith(scheme, StringComparison.Ordinal) ? text[scheme.Length..].Split('@')[0] : text;
        return id.ToLowerInvariant();
    }

    private static string? ReadId(JsonElement json, out string value)
    {
        value = NodeIdOf(ArgParsers.TextOf(json) ?? "");
        return value.Length == 128 && value.All(char.IsAsciiHexDigit)
            ? null
            : $"{ArgParsers.Show(json)} is neither an enode URL nor a node id of 128 hex digits";
    }

    private static string? ReadIds(JsonElement json, out IReadOnlyList<string> value)
    {
        var ids = new List<string>();
        value = ids;
        if (json.ValueKind != JsonValueKind.Array) return $"{ArgParsers.Show(json)} is not an array of node ids";
        foreach (var item in json.EnumerateArray())
        {
            if (ReadId(item, out var id) is { } why) return why;
            ids.Add(id);
        }

        return null;
    }

    private static string? ReadGroups(JsonElement json, out IReadOnlyList<IReadOnlyList<string>> value)
    {
        var groups = new List<IReadOnlyList<string>>();
        value = groups;
        if (json.ValueKind != JsonValueKind.Array) return $"{ArgParsers.Show(json)} is not an array of groups";
        foreach (var item in json.EnumerateArray())
        {
            if (ReadIds(item, out var ids) is { } why) return why;
            groups.Add(ids);
        }

        return null;
    }
}
