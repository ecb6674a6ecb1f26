using System.Globalization;

namespace Chain.Wallet;

/// <summary>
/// When a transfer counts as settled: after so many confirmations, or once the node calls its block safe or finalized.
/// </summary>
public sealed record WatchGoal
{
    private WatchGoal(int? confirmations, string? tag)
    {
        Confirmations = confirmations;
        Tag = tag;
    }

    /// <summary>The depth wanted; null when a tag decides. 0: seen in the pool.</summary>
    public int? Confirmations { get; }

    /// <summary>"safe" or "finalized"; null when the depth decides.</summary>
    public string? Tag { get; }

    /// <summary>Six confirmations: the depth at which people hand over a house.</summary>
    public static WatchGoal Default { get; } = new(6, null);

    /// <summary>Reads a count up to a million, "safe" or "finalized".</summary>
    public static bool TryParse(string text, out WatchGoal goal)
    {
        goal = Default;
        if (text is "safe" or "finalized")
        {
            goal = new WatchGoal(null, text);
            return true;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count > 1_000_000)
            return false;
        goal = new WatchGoal(count, null);
        return true;
    }

    /// <summary>Whether a mined transfer with this confidence has reached it.</summary>
    public bool IsReachedBy(Confidence confidence) => Tag switch
    {
        "safe" => confidence.Safe,
        "finalized" => confidence.Finalized,
        _ => confidence.Confirmations >= Confirmations,
    };

    public override string ToString() => Tag ?? Confirmations switch
    {
        0 => "the pool",
        1 => "1 confirmation",
        _ => $"{Confirmations} confirmations",
    };
}
