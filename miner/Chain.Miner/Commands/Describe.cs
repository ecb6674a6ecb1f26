using Chain.Mining;

namespace Chain.Miner;

/// <summary>Events and rates in words.</summary>
internal static class Describe
{
    public static string Outcome(SubmitOutcome outcome) => outcome switch
    {
        SubmitOutcome.Accepted => "accepted",
        SubmitOutcome.Stale => "stale",
        SubmitOutcome.Duplicate => "duplicate",
        SubmitOutcome.Rejected => "rejected",
        SubmitOutcome.Lost => "lost",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome."),
    };

    public static string? Reason(SubmitOutcome outcome) => outcome switch
    {
        SubmitOutcome.Rejected rejected => rejected.Reason,
        SubmitOutcome.Lost lost => lost.Reason,
        _ => null,
    };

    public static string Event(MinerEvent happened) => happened switch
    {
        MinerEvent.Connected connected =>
            $"mining for {connected.Url}, {(connected.Pushed ? "which pushes new work" : "asking for new work")}",
        MinerEvent.Disconnected disconnected => disconnected.RetryIn > TimeSpan.Zero
            ? $"{disconnected.Reason} Trying again in {disconnected.RetryIn.TotalSeconds:0.##} s."
            : $"{disconnected.Reason} Trying the next node.",
        MinerEvent.NewWork work => $"new work for block {work.Work.BlockNumber}",
        MinerEvent.Found found => $"found nonce 0x{found.Solution.Nonce:x16} with {found.Solution.Engine}",
        MinerEvent.Submitted submitted => $"nonce 0x{submitted.Solution.Nonce:x16}: {Outcome(submitted.Outcome)}"
                                          + (Reason(submitted.Outcome) is { } reason ? $" ({reason})" : ""),
        _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "No such event."),
    };

    public static string Rate(double hashesPerSecond) => hashesPerSecond switch
    {
        >= 1e9 => $"{hashesPerSecond / 1e9:0.00} GH/s",
        >= 1e6 => $"{hashesPerSecond / 1e6:0.00} MH/s",
        >= 1e3 => $"{hashesPerSecond / 1e3:0.00} kH/s",
        _ => $"{hashesPerSecond:0} H/s",
    };

    public static string Sums(WorkClient client)
    {
        var counters = client.Counters;
        var searched = client.Session.SearchShare is { } share ? $" in {share:P2} of the time" : "";
        return $"{client.Session.TotalHashes} hashes{searched}, {counters.Found} found, {counters.Accepted} accepted, "
            + $"{counters.Stale} stale, "
               + $"{counters.Duplicate} duplicate, {counters.Rejected} rejected, {counters.Lost} lost";
    }
}
