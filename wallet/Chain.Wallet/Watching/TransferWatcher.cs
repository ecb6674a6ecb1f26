using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>How a transfer is followed.</summary>
/// <param name="Goal">When it counts as settled.</param>
/// <param name="AttackerShare">The share of hash power to reckon with, 0 to 1.</param>
/// <param name="Interval">Between two looks.</param>
/// <param name="Timeout">For the whole; null: without end.</param>
public sealed record WatchOptions(WatchGoal Goal, double AttackerShare, TimeSpan Interval, TimeSpan? Timeout)
{
    /// <summary>Whether this wallet signed the transfer, so that it can be offered to a node again.</summary>
    public bool IsSignedHere { get; init; }
}

/// <summary>Follows one transfer until it is settled or lost, through restarts of the node.</summary>
public sealed class TransferWatcher(NodeClient node, TimeProvider time, WatchOptions options)
{
    private static readonly TimeSpan UnknownPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan OutagePatience = TimeSpan.FromMinutes(2);

    /// <summary>Tells each event as it happens, and after each look where the transfer stands, in a few words.</summary>
    /// <exception cref="WalletException"><see cref="ExitCode.TimedOut"/>, or <see cref="ExitCode.Unknown"/> for a transfer
    /// nobody knows.</exception>
    /// <exception cref="NodeUnreachableException">At the start, or for two minutes.</exception>
    public async Task<WatchOutcome> FollowAsync(Hash256 hash, Action<WatchEvent> tell, Action<string> stand,
        CancellationToken cancel)
    {
        var view = new ChainTransferView(node, hash, options.AttackerShare,
            new StandardTransferView(node, hash, options.Goal));
        var tracker = new TransferTracker(options.Goal);
        var start = time.GetTimestamp();
        long? outage = null;
        for (var first = true; ; first = false)
        {
            try
            {
                var events = tracker.Observe(await view.LookAsync(cancel).ConfigureAwait(false));
                if (outage is not null) tell(new WatchEvent("reachable", "the node answers again"));
                outage = null;
                foreach (var happened in events)
                    tell(happened.Kind == "lost" ? happened with { Text = happened.Text + Resend(hash) } : happened);
            }
            catch (NodeUnreachableException) when (!first)
            {
                if (outage is null) tell(new WatchEvent("unreachable", $"no answer from {node.Url}; trying on"));
                outage ??= time.GetTimestamp();
                if (time.GetElapsedTime(outage.Value) > OutagePatience) throw;
            }

            if (tracker.Outcome is { } outcome) return await ConcludeAsync(outcome, hash, tell, cancel).ConfigureAwait(false);
            stand(outage is null ? tracker.Standing : $"{tracker.Standing} when the node last answered");
            var elapsed = time.GetElapsedTime(start);
            if (!tracker.IsKnown && outage is null && elapsed >= UnknownPatience)
            {
                var advice = options.IsSignedHere
                    ? "Or it was sent on another network."
                    : "Check the hash, and that it was sent on this network.";
                throw new WalletException(ExitCode.Unknown,
                    $"The node at {node.Url} does not know the transfer {hash}{Resend(hash)}. {advice}");
            }

            if (elapsed >= options.Timeout)
                throw new WalletException(ExitCode.TimedOut,
                    $"The transfer {hash} did not reach {options.Goal} within {options.Timeout.Value.TotalSeconds:0.###} s. It "
                        + $"may still; go on with `wallet watch {hash}`.");
            await Task.Delay(options.Interval, time, cancel).ConfigureAwait(false);
        }
    }

    private string Resend(Hash256 hash) => options.IsSignedHere ? $"; `wallet resend {hash}` offers it again" : "";

    private async Task<WatchOutcome> ConcludeAsync(WatchOutcome outcome, Hash256 hash, Action<WatchEvent> tell,
        CancellationToken cancel)
    {
        if (outcome != WatchOutcome.Settled) return outcome;
        if (options.Goal.Confirmations != 0 && await node.SucceededAsync(hash, cancel).ConfigureAwait(false) == false)
        {
            tell(new WatchEvent("failed", "in the chain, but its execution failed: the fee is paid, the value was not moved"));
            return WatchOutcome.Failed;
        }

        tell(new WatchEvent("settled",
            $"settled: {(options.Goal.Confirmations == 0 ? "seen in the pool" : options.Goal)}, as asked"));
        return WatchOutcome.Settled;
    }
}
