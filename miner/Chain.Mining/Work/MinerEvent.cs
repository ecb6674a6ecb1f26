namespace Chain.Mining;

/// <summary>What happens while mining for a node, in order.</summary>
public abstract record MinerEvent
{
    private MinerEvent()
    {
    }

    /// <param name="Url">The node that gives work now.</param>
    /// <param name="Pushed">Whether it pushes new work; otherwise it is asked again and again.</param>
    public sealed record Connected(NodeUrl Url, bool Pushed) : MinerEvent;

    public sealed record Disconnected(NodeUrl Url, string Reason, TimeSpan RetryIn) : MinerEvent;

    public sealed record NewWork(MiningWork Work) : MinerEvent;

    public sealed record Found(FoundNonce Solution) : MinerEvent;

    public sealed record Submitted(FoundNonce Solution, SubmitOutcome Outcome) : MinerEvent;
}

/// <summary>Sums since the start.</summary>
public readonly record struct MinerCounters(
    long Works, long Found, long Accepted, long Stale, long Duplicate, long Rejected, long Lost)
{
    internal MinerCounters With(SubmitOutcome outcome) => outcome switch
    {
        SubmitOutcome.Accepted => this with { Accepted = Accepted + 1 },
        SubmitOutcome.Stale => this with { Stale = Stale + 1 },
        SubmitOutcome.Duplicate => this with { Duplicate = Duplicate + 1 },
        SubmitOutcome.Rejected => this with { Rejected = Rejected + 1 },
        SubmitOutcome.Lost => this with { Lost = Lost + 1 },
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome."),
    };
}
