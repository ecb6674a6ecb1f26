namespace Chain.Bench;

/// <summary>
/// Makes ready what an attack needs, which may take a while, and gives the attack itself: it goes on until it is canceled.
/// </summary>
public delegate Task<Func<CancellationToken, Task>> AttackPlan(AttackScene scene, CancellationToken cancellation);

/// <summary>One way to attack.</summary>
/// <param name="Name">For the command line.</param>
/// <param name="Summary">What the hostile peer does, in one sentence without its subject.</param>
/// <param name="Plan">How it does it.</param>
public sealed record AttackVariation(string Name, string Summary, AttackPlan Plan)
{
    public AttackTerrain Terrain { get; init; } = new();

    /// <summary>
    /// What is done to the network at the start of either window, with and without the attack; null for nothing.
    /// </summary>
    public Func<AttackScene, CancellationToken, Task>? Disturb { get; init; }

    /// <summary>
    /// Whether honest transfers are sent and counted; not where the network is cut between those who would see them.
    /// </summary>
    public bool CountsTransfers { get; init; } = true;

    /// <summary>Whether the node must hold this against the peer. Else the attack only has to be harmless.</summary>
    public bool Costs { get; init; }
}

/// <summary>An attack on a node and its variations.</summary>
/// <param name="Row">Its number on the command line.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Summary">What is attacked, in one sentence.</param>
public sealed record Attack(int Row, string Name, string Summary, IReadOnlyList<AttackVariation> Variations)
{
    /// <summary>All attacks, by number.</summary>
    public static IReadOnlyList<Attack> All { get; } =
    [
        ClaimedHeights.Attack,
        StuckProbes.Attack,
        BlockHashFlood.Attack,
        UnknownTransactions.Attack,
        GappedNonces.Attack,
        UnfinishedHandshakes.Attack,
        HeavyOrphans.Attack,
        ReturnedTransfers.Attack,
    ];

    /// <summary>The attack of this number or name; null when there is none.</summary>
    public static Attack? Find(string numberOrName) =>
        All.FirstOrDefault(attack => attack.Name == numberOrName || $"{attack.Row}" == numberOrName);
}
