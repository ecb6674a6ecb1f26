using Microsoft.Extensions.Logging;

namespace Chain.Node.Host.Network;

/// <summary>What all connections of a hub share.</summary>
internal sealed record PeerHubServices(PeerHubOptions Options, MonotonicClock Clock, PeerEventHandler Deliver, TransactionRecovery Recovery, ILogger Logger)
{
    /// <summary>This node's wall clock, in milliseconds since 1970.</summary>
    public Func<long> UnixMs { get; } = Options.UnixMs ?? (() => Clock.Time.GetUtcNow().ToUnixTimeMilliseconds());
}
