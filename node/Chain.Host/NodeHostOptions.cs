using System.Net;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;
using Chain.Storage;

namespace Chain.Host;

/// <summary>How a node process is set up.</summary>
public sealed record NodeHostOptions
{
    public required GenesisFile Genesis { get; init; }

    /// <summary>The folder with the chain and the node's identity; made if it is not there.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The kind of store in it, of <see cref="DiskStores.Names"/>.</summary>
    public string Store { get; init; } = DiskStores.Sqlite;

    /// <summary>Where to listen for peers; port 0 takes a free one.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 30303);

    public RpcServerOptions Rpc { get; init; } = new();

    public IReadOnlyList<Enode> StaticPeers { get; init; } = [];

    /// <summary>Peers that always get a place, whoever dials.</summary>
    public IReadOnlyList<Enode> TrustedPeers { get; init; } = [];

    public IReadOnlyList<Enode> Bootnodes { get; init; } = [];

    public int MaxPeers { get; init; } = 50;

    /// <summary>Who gets the rewards of blocks made from this node's work; null makes none.</summary>
    public Address? Beneficiary { get; init; }

    /// <summary>Whether the process itself searches; otherwise miners come by JSON-RPC.</summary>
    public bool MineHere { get; init; }

    public int MiningThreads { get; init; } = 1;

    /// <summary>Hashes a second; null for as many as the machine gives.</summary>
    public double? HashRateLimit { get; init; }

    /// <summary>How the node takes part in the consensus rule of its chain.</summary>
    public required RuleSetup Rule { get; init; }

    /// <summary>Whether partition, loss, delay and clock skew can be commanded.</summary>
    public bool AllowFaults { get; init; }

    /// <summary>Keeps all states.</summary>
    public bool Archive { get; init; }

    /// <summary>Milliseconds by which its clock is ahead.</summary>
    public long ClockSkewMs { get; init; }

    /// <summary>Text that blocks made here carry, at most 32 bytes of UTF-8.</summary>
    public string ExtraData { get; init; } = "Chain";

    /// <summary>What the node calls itself towards peers and clients, as part of its version.</summary>
    public string Name { get; init; } = "node";
}
