using Chain.Node;
using Microsoft.Extensions.Logging;

namespace Chain.Network;

/// <summary>What all connections of a hub share.</summary>
internal sealed record PeerHubServices(PeerHubOptions Options, MonotonicClock Clock, PeerEventHandler Deliver,
    TransactionRecovery Recovery, LargeBuffers Buffers, ILogger Logger)
{
    private readonly HashSet<NodeId> _trusted = [.. Options.TrustedPeers.Select(peer => peer.Id)];

    /// <summary>What waits to be written, over all connections.</summary>
    public SendTotal Queued { get; } = new(Options.MaxQueuedBytesInAll, Options.QueuedBytesAlways);

    /// <summary>When heavy messages go to peers on trial.</summary>
    public TrialPace Trial { get; } = new(Options.TrialBytesPerSecond, Options.TrialByteBurst, Clock);

    /// <summary>The read buffers of all connections.</summary>
    public ReceiveTotal Received { get; } = new(Options.MaxReceivedBytesInAll, Buffers);

    /// <summary>Whether this node was told to have a place for a peer.</summary>
    public bool IsTrusted(NodeId node) => _trusted.Contains(node);

    /// <summary>This node's wall clock, in milliseconds since 1970.</summary>
    public Func<long> UnixMs { get; } = Options.UnixMs ?? (() => Clock.Time.GetUtcNow().ToUnixTimeMilliseconds());
}
