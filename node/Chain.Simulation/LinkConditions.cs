namespace Chain.Simulation;

/// <summary>What a link does to messages.</summary>
public sealed record LinkConditions(int DelayMs, int JitterMs, double Loss, double Duplication)
{
    public static readonly LinkConditions Good = new(DelayMs: 20, JitterMs: 10, Loss: 0, Duplication: 0);
}
