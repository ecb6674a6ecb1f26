using Microsoft.Extensions.Logging;

namespace Chain.Node.Host.Network;

/// <summary>What all connections of a hub share.</summary>
internal sealed record PeerHubServices(PeerHubOptions Options, MonotonicClock Clock, PeerEventHandler Deliver, TransactionRecovery Recovery, ILogger Logger);
