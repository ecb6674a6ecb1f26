using Chain.Node;

namespace Chain.Testnet;

/// <summary>A peer that is no node: it says what it is told to say and keeps what it hears.</summary>
public sealed class SimulatedStranger
{
    internal SimulatedStranger(SimulatedNode node, PeerId id) => (Node, Id) = (node, id);

    /// <summary>Whom it is connected to.</summary>
    public SimulatedNode Node { get; }

    /// <summary>What it is called there.</summary>
    public PeerId Id { get; }

    /// <summary>All that was sent to it.</summary>
    public List<WireMessage> Heard { get; } = [];

    /// <summary>The penalty points that it has there.</summary>
    public int Score { get; internal set; }

    /// <summary>False once it was thrown out.</summary>
    public bool IsConnected { get; internal set; } = true;
}
