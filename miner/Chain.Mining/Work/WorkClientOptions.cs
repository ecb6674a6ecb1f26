using Chain.Primitives;

namespace Chain.Mining;

/// <summary>How a <see cref="WorkClient"/> gets work and searches.</summary>
public sealed record WorkClientOptions
{
    /// <summary>
    /// The nodes, the preferred one first; the next is taken when one fails, around again from the last. An earlier one is taken
    /// again once it answers.
    /// </summary>
    public required IReadOnlyList<NodeUrl> Nodes { get; init; }

    public required SearchSessionOptions Search { get; init; }

    /// <summary>Under what name the rate is reported to the node: 32 random bytes.</summary>
    public required Hash256 MinerId { get; init; }

    /// <summary>How often a node that does not push is asked.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How often a node that does push is asked all the same, lest a silent subscription leave the miner on old work.
    /// </summary>
    public TimeSpan SafetyPollInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often the nodes before the one that gives work are asked whether they do again.</summary>
    public TimeSpan PreferredProbeInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often the rate is reported.</summary>
    public TimeSpan HashrateInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the client keeps trying to hand in one solution.</summary>
    public TimeSpan SubmitTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
