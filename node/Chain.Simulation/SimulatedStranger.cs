using Chain.Node;

namespace Chain.Simulation;

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

    /// <summary>What it answers to what it hears, a millisecond later; null for silence.</summary>
    public Func<WireMessage, WireMessage?> Answer { get; set; } = static _ => null;

    /// <summary>All penalty points that it was given there.</summary>
    public int Score { get; internal set; }

    /// <summary>False once it was thrown out.</summary>
    public bool IsConnected { get; internal set; } = true;
}
