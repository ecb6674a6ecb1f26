using Microsoft.Extensions.Logging;

namespace Chain.Node.Host.Network;

/// <summary>What all connections of a hub share.</summary>
internal sealed record PeerHubServices(PeerHubOptions Options, MonotonicClock Clock, PeerEventHandler Deliver, TransactionRecovery Recovery, ILogger Logger)
{
    /// <summary>What waits to be written, over all connections.</summary>
    public SendTotal Queued { get; } = new(Options.MaxQueuedBytesInAll, Options.QueuedBytesAlways);

    /// <summary>This node's wall clock, in milliseconds since 1970.</summary>
    public Func<long> UnixMs { get; } = Options.UnixMs ?? (() => Clock.Time.GetUtcNow().ToUnixTimeMilliseconds());
}
