using System.Globalization;
using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Chain.Rpc;

namespace Chain.Rules.Stake;

/// <summary>What a view says of the stake. Where it is told from other views.</summary>
internal static class StakeReading
{
    /// <summary>Epochs between now and the finalized one when all is well: one to justify, one to finalize.</summary>
    private const ulong UsualDelay = 2;

    /// <summary>
    /// Above this many epochs since the finalized one, finality has stopped; a chain needs so many for its first.
    /// </summary>
    private const ulong StalledDelay = 4;

    /// <summary>Null until the node has looked at its stake for the first time.</summary>
    public static StakeView? Stake(this ChainView view) => view.Consensus as StakeView;

    /// <summary>The view's stake, or why a caller cannot have it.</summary>
    public static Verdict<StakeView, RpcError> RequireStake(this RpcCall call)
    {
        if (call.View.Stake() is { } stake) return stake;
        return new RpcError(RpcError.Unavailable,
            "the node has not reached its first slot since it was started; ask again in a moment");
    }

    /// <summary>Epochs from the finalized one to now.</summary>
    public static ulong FinalityDelay(this StakeView stake) => stake.Epoch - stake.Finalized.Epoch;

    /// <summary>The share of the stake whose votes for the previous epoch are in the chain.</summary>
    public static double PreviousParticipation(this StakeView stake) => Voted(stake, stake.PreviousEpochTarget);

    /// <summary>As above for the current epoch, which is not over yet.</summary>
    public static double CurrentParticipation(this StakeView stake) => Voted(stake, stake.CurrentEpochTarget);

    /// <summary>The validators that were slashed, by index.</summary>
    public static IEnumerable<int> Slashed(this StakeView stake) =>
        stake.Validators.Where(item => item.Validator.Slashed).Select(item => item.Validator.Index);

    /// <summary>
    /// The share of the stake that votes for a block or its descendants; null for one that the fork choice has forgotten.
    /// </summary>
    public static double? ShareBehind(this StakeView stake, Hash256 block) =>
        stake.Weights.TryGetValue(block, out var weight) ? Share(weight, stake.TotalActive) : null;

    /// <summary>In words, that finality has stopped; null while it goes on.</summary>
    public static string? StalledFinality(this StakeView stake)
    {
        var delay = stake.FinalityDelay();
        if (delay <= StalledDelay) return null;
        var votes = stake.PreviousParticipation() * 100;
        var leak = stake.IsLeaking ? "; absent validators lose stake until the others have two thirds" : "";
        var outlook = votes * 3 >= 200 ? "so that it comes back" : "two thirds are needed" + leak;
        return string.Create(CultureInfo.InvariantCulture,
            $"finality stopped {delay - UsualDelay} epochs ago: {votes:0.#} % of the stake votes, {outlook}");
    }

    /// <summary>In words, which validators of this node sign nothing and why; those with the same reason together.</summary>
    public static IEnumerable<(bool IsInUseElsewhere, string Message)> SilentValidators(this StakeView stake) => stake.Silent
        .GroupBy(silent => silent.Silence.Message)
        .Select(group => (
            group.First().Silence is KeySilence.UsedElsewhere,
            $"{string.Join(", ", group.Select(silent => $"v{silent.Index}"))}: {group.Key}"));

    /// <summary>How far a canonical block can be trusted, in words for people.</summary>
    public static string Level(this StakeView stake, bool isSafe, bool isJustified, bool isFinalized, double? share)
    {
        if (isFinalized)
            return "finalized: this node never undoes it; another history can be final only if a third of all stake breaks the "
                + "rules, or leaks away while the network is cut";
        if (isJustified) return "justified: two thirds of the stake vote for it, finality is one epoch away";
        if (isSafe)
            return $"safe: stays in the chain while messages arrive in time and at most "
                + $"{stake.Settings.ConfirmationByzantineThreshold} % of the stake is hostile";
        return share is > 0 ? "gathering votes: wait until it is safe" : "no votes yet: wait until it is safe";
    }

    // get_total_balance is one increment where nobody is counted, so that rules may divide by it.
    private static double Voted(StakeView stake, Gwei voted) =>
        voted.Amount <= stake.Settings.EffectiveBalanceIncrement ? 0 : Share(voted, stake.TotalActive);

    private static double Share(Gwei part, Gwei whole) =>
        whole == Gwei.Zero ? 0 : Math.Min(1, (double)part.Amount / whole.Amount);
}
