using Chain.Network;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Host;

/// <summary>Control over a running node.</summary>
internal sealed class NodeAdmin(
    PeerHub hub, LocalMiner miner, FaultTable? faults, NodeClock clock, Address? beneficiary, Action<Address?> setBeneficiary,
    Action requestShutdown) : INodeAdmin
{
    private const string NoFaults = "this node was started without --faults";

    private Address? _beneficiary = beneficiary;

    public NodeFaults Faults
    {
        get
        {
            var (blocked, links) = faults?.InForce() ?? ([], []);
            return new NodeFaults([.. blocked.Select(id => id.ToString())],
                [.. links.Select(link => KeyValuePair.Create(link.Key.ToString(), link.Value))], clock.SkewMs);
        }
    }

    public string? AddPeer(string enode)
    {
        if (!Enode.Parse(enode).IsOk(out var parsed, out var error)) return error;
        hub.AddPeer(parsed);
        return null;
    }

    public string? RemovePeer(string enode)
    {
        if (!Enode.Parse(enode).IsOk(out var parsed, out var error)) return error;
        return hub.RemovePeer(parsed.Id) ? null : $"{enode} is none of this node's static peers.";
    }

    public string? SetBlockedPeers(IReadOnlyCollection<string> nodeIds)
    {
        if (faults is null) return NoFaults;
        var ids = new List<NodeId>();
        foreach (var text in nodeIds)
        {
            if (!NodeId.TryParse(text, out var id)) return $"'{text}' is not a node id of 128 hex digits.";
            ids.Add(id);
        }

        faults.SetBlocked(ids);
        return null;
    }

    public string? SetLink(string nodeId, LinkFaults? conditions)
    {
        if (faults is null) return NoFaults;
        if (!NodeId.TryParse(nodeId, out var id)) return $"'{nodeId}' is not a node id of 128 hex digits.";
        return faults.SetLink(id, conditions);
    }

    public string? Heal()
    {
        if (faults is null) return NoFaults;
        faults.Heal();
        return null;
    }

    public string? SetClockSkew(long milliseconds)
    {
        if (faults is null) return NoFaults;
        clock.SkewMs = milliseconds;
        return null;
    }

    public string? SetMining(bool on, Address? newBeneficiary)
    {
        _beneficiary = newBeneficiary ?? _beneficiary;
        if (on && _beneficiary is null) return "Nobody would get the rewards: name a beneficiary.";
        setBeneficiary(on ? _beneficiary : null);
        miner.SetOn(on);
        return null;
    }

    public string? SetHashRateLimit(double? hashesPerSecond)
    {
        if (hashesPerSecond is <= 0) return $"A hash rate limit is above 0, not {hashesPerSecond}.";
        miner.SetLimit(hashesPerSecond);
        return null;
    }

    public void RequestShutdown() => requestShutdown();
}
