using System.Net;

namespace Chain.Network;

/// <summary>How far an incoming connection is on its way to a place among the peers.</summary>
internal enum HandshakeStage
{
    /// <summary>Nothing proven: its first message is not whole yet.</summary>
    Connected,

    /// <summary>It knows this node's key and has one of its own.</summary>
    Authenticated,

    /// <summary>Both hellos are done; its status is missing.</summary>
    Greeted,

    /// <summary>It is a peer, and has delivered nothing yet that would earn it a place.</summary>
    OnTrial,
}

/// <summary>An incoming connection from its acceptance to its place; until then it may have to give way to a newer one.</summary>
internal sealed class IncomingHandshake(IPAddress address) : IDisposable
{
    private readonly CancellationTokenSource _giveWay = new();

    /// <summary>What counts as one source of connections.</summary>
    public IPAddress Source { get; } = Crowding.SourceOf(address);

    /// <summary>Guarded by the registry.</summary>
    public HandshakeStage Stage { get; set; }

    /// <summary>Canceled when it has to give way.</summary>
    public CancellationToken GaveWay => _giveWay.Token;

    public void GiveWay()
    {
        try
        {
            _giveWay.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended at the same moment.
        }
    }

    public void Dispose() => _giveWay.Dispose();
}
