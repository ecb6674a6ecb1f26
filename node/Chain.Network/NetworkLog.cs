using System.Net;
using Chain.Node;
using Microsoft.Extensions.Logging;

namespace Chain.Network;

/// <summary>The network's events in the log.</summary>
internal static partial class NetworkLog
{
    [LoggerMessage(1, LogLevel.Information, "Listening for peers at {Enode}")]
    public static partial void Listening(this ILogger logger, Enode enode);

    [LoggerMessage(2, LogLevel.Information,
        "Connected with {Node} {Name} at {Remote} over eth/{EthVersion} (outbound: {Outbound})")]
    public static partial void PeerConnected(this ILogger logger, string node, string name, IPEndPoint remote, int ethVersion,
        bool outbound);

    [LoggerMessage(3, LogLevel.Information, "Connection with {Node} ended: {Reason}, {Why} (by remote: {ByRemote})")]
    public static partial void PeerDisconnected(this ILogger logger, string node, DisconnectReason reason, string why,
        bool byRemote);

    [LoggerMessage(4, LogLevel.Debug, "Handshake with {Remote} failed: {Why}")]
    public static partial void HandshakeFailed(this ILogger logger, string remote, string why);

    [LoggerMessage(5, LogLevel.Debug, "Dialling {Enode} failed ({Failures} in a row): {Why}")]
    public static partial void DialFailed(this ILogger logger, Enode enode, int failures, string why);

    [LoggerMessage(6, LogLevel.Debug, "Incoming connection from {Remote} refused: {Why}")]
    public static partial void IncomingRefused(this ILogger logger, IPEndPoint remote, string why);

    [LoggerMessage(7, LogLevel.Error, "A bug in the network layer ended the connection with {Node}")]
    public static partial void PeerFailed(this ILogger logger, Exception exception, string node);

    [LoggerMessage(8, LogLevel.Error, "A message to {Node} could not be encoded and was dropped")]
    public static partial void EncodingFailed(this ILogger logger, Exception exception, string node);

    [LoggerMessage(9, LogLevel.Warning, "Accepting connections failed; trying on: {Why}")]
    public static partial void AcceptFailed(this ILogger logger, string why);

    [LoggerMessage(10, LogLevel.Error, "A bug in the network layer stopped one of its loops")]
    public static partial void LoopFailed(this ILogger logger, Exception exception);
}
