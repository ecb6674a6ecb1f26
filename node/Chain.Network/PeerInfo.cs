using System.Net;
using Chain.Node;

namespace Chain.Network;

/// <summary>A connection as it stands, for admin_peers, screens and metrics.</summary>
/// <param name="Address">Where the peer listens; null when it did not say.</param>
/// <param name="Name">Its client name.</param>
/// <param name="Capabilities">Those that both sides speak.</param>
/// <param name="Outbound">Whether this node dialled.</param>
/// <param name="IsStatic">Whether it is one of the peers that this node was told to keep.</param>
/// <param name="LatencyMs">The last round trip of a ping; null before the first.</param>
/// <param name="BytesIn">Bytes read from the connection.</param>
/// <param name="BytesOut">Bytes written to it.</param>
public sealed record PeerInfo(
    PeerId Peer,
    NodeId Id,
    Enode? Address,
    string Name,
    IReadOnlyList<Capability> Capabilities,
    IPEndPoint Remote,
    IPEndPoint Local,
    bool Outbound,
    bool IsStatic,
    double? LatencyMs,
    long BytesIn,
    long BytesOut,
    long MessagesIn,
    long MessagesOut);

/// <summary>A peer that this node was told to keep, and how that goes.</summary>
/// <param name="Connected">Whether a connection is up.</param>
/// <param name="Failures">Attempts in a row that failed.</param>
/// <param name="LastError">What went wrong last, in words; null when nothing did.</param>
public sealed record StaticPeerInfo(Enode Address, bool Connected, int Failures, string? LastError);
