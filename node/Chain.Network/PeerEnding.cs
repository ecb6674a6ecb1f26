using Chain.Node;

namespace Chain.Network;

/// <summary>Why a connection ends.</summary>
internal sealed record PeerEnding(DisconnectReason Reason, bool ByRemote, string Why);
