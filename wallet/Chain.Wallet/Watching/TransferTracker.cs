using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>One look at a transfer: where it stands, and while it is mined how far that can be trusted.</summary>
public sealed record Observation(TransferStatus Status, Confidence? Confidence);

/// <summary>
/// Turns looks at a transfer into the story of what happened to it. No I/O: what the looks show goes in, events come out.
/// What happened between two looks is told from the node's own history where it keeps one.
/// </summary>
public sealed class TransferTracker(WatchGoal goal)
{
    private TransferState _state = TransferState.Unknown;
    private ulong? _blockNumber;
    private Hash256? _blockHash;
    private TransferState _previous = TransferState.Unknown;
    private int _confirmations = -1;
    private bool _saidSafe;
    private bool _saidFinalized;
    private readonly HashSet<(TransferState, long, Hash256?)> _told = [];
    private bool _saidUnknown;
    private bool _saidLost;

    /// <summary>How it ended; null while it goes on.</summary>
    public WatchOutcome? Outcome { get; private set; }

    /// <summary>Whether a node has ever known the transfer.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Where it stands now, in a few words.</summary>
    public string Standing { get; private set; } = "not known to the node";

    /// <summary>What is new since the last look.</summary>
    public IReadOnlyList<WatchEvent> Observe(Observation look)
    {
        var (status, confidence) = look;

        // In the midst of a reorganisation a transfer can be nowhere for a moment: such an end is believed at the second look.
        var isEnd = status.State is TransferState.Dropped or TransferState.Conflicting
            || (status.State == TransferState.Unknown && IsKnown);
        var isDoubtful = isEnd && _previous != status.State;
        _previous = status.State;
        if (isDoubtful) return [];
        var events = new List<WatchEvent>();
        foreach (var (step, next) in NewSteps(status)) Enter(events, step, next);
        if (status.State == TransferState.Mined && confidence is not null)
        {
            foreach (var kind in Progress(confidence))
                events.Add(new WatchEvent(kind, Describe(confidence))
                {
                    BlockNumber = _blockNumber,
                    BlockHash = _blockHash,
                    Confidence = confidence,
                });
        }

        Standing = status.State switch
        {
            TransferState.Pending or TransferState.Orphaned => "in the pool",
            TransferState.Mined => confidence is null ? $"in block {_blockNumber}" : Shorten(confidence),
            TransferState.Unknown when IsKnown => "not known to the node any more",
            _ => Standing,
        };
        Outcome = status.State switch
        {
            TransferState.Replaced => WatchOutcome.Replaced,
            TransferState.Conflicting => WatchOutcome.Conflicting,
            TransferState.Dropped => WatchOutcome.Dropped,
            TransferState.Mined when confidence is not null && goal.IsReachedBy(confidence) => WatchOutcome.Settled,
            TransferState.Pending or TransferState.Orphaned when goal.Confirmations == 0 => WatchOutcome.Settled,
            _ => null,
        };
        return events;
    }

    // By work every block counts; by stake there are two moments that matter, and the blocks until then.
    private List<string> Progress(Confidence confidence)
    {
        var kinds = new List<string>();
        if (confidence is { UndoChance: null, Safe: true } && !_saidSafe) kinds.Add("safe");
        if (confidence is { UndoChance: null, Finalized: true } && !_saidFinalized) kinds.Add("finalized");
        if (kinds.Count == 0 && confidence.Confirmations != _confirmations) kinds.Add("confirmations");
        (_confirmations, _saidSafe, _saidFinalized) = (confidence.Confirmations, confidence.Safe, confidence.Finalized);
        return kinds;
    }

    // The node's history since the last look, then where it stands; each with the state that came after it.
    private IEnumerable<(Step Step, TransferState? Next)> NewSteps(TransferStatus status)
    {
        // Not by position: a node may work out its last entries afresh at each look, and after a restart remembers less.
        // The time that a block arrived may be forgotten, so the block itself tells one stay in the chain from another.
        var steps = status.History.Where(change =>
            _told.Add((change.State, change.State == TransferState.Mined ? 0 : change.AtMs, change.BlockHash)))
            .Select(change =>
                new Step(change.State, change.BlockNumber, change.BlockHash, change.ReplacedBy, change.Reason,
                    change.AtMs)).ToList();
        var now = new Step(status.State, status.BlockNumber, status.BlockHash, status.ReplacedBy, status.Reason, null);
        if (steps.Count == 0 || !steps[^1].IsSameAs(now)) steps.Add(now);
        return steps.Select((step, i) => (step, i + 1 < steps.Count ? steps[i + 1].State : (TransferState?)null));
    }

    private void Enter(List<WatchEvent> events, Step step, TransferState? next)
    {
        if (step.State == TransferState.Unknown)
        {
            EnterUnknown(events);
            return;
        }

        _saidLost = false;

        if (step.State == _state && (step.State != TransferState.Mined || step.BlockHash == _blockHash)) return;

        // Out of a block, whatever comes next. A node that keeps no history shows this only by what came of it.
        var wasMined = _state == TransferState.Mined;
        var waitsAgain = step.State is TransferState.Orphaned or TransferState.Pending && next is null or TransferState.Pending
            or TransferState.Orphaned or TransferState.Unknown;
        if (wasMined || step.State == TransferState.Orphaned)
        {
            var (number, hash) = step is { State: TransferState.Orphaned, BlockNumber: not null }
                ? (step.BlockNumber, step.BlockHash)
                : (_blockNumber, _blockHash);
            var block = number is null ? "its block" : $"block {number} ({hash?.ToShortString()})";
            events.Add(new WatchEvent("orphaned",
                $"{block} was reorganised away{(waitsAgain ? ", the transfer is back in the pool" : "")}")
            {
                AtMs = step.AtMs,
                BlockNumber = number,
                BlockHash = hash,
            });
        }

        if (Told(step, isNews: _state is not (TransferState.Mined or TransferState.Orphaned)) is { } told)
            events.Add(told with { AtMs = step.AtMs });
        IsKnown = true;
        _state = step.State;
        (_confirmations, _saidSafe, _saidFinalized) = (-1, false, false);
        if (step.State == TransferState.Mined) (_blockNumber, _blockHash) = (step.BlockNumber, step.BlockHash);
    }

    private void EnterUnknown(List<WatchEvent> events)
    {
        if (!IsKnown && !_saidUnknown) events.Add(new WatchEvent("unknown", "the node does not know this transfer (yet)"));
        if (IsKnown && !_saidLost) events.Add(new WatchEvent("lost", "the node does not know this transfer any more"));
        (_saidUnknown, _saidLost) = (true, IsKnown);

        // What was in a block is told of as reorganised away once it is known where it came to be.
        if (_state != TransferState.Mined) _state = TransferState.Unknown;
    }

    private static WatchEvent? Told(Step step, bool isNews) => step.State switch
    {
        TransferState.Pending when isNews =>
            new WatchEvent("pending", "in the pool, waiting for a block"),
        TransferState.Mined =>
            new WatchEvent("mined",
                $"in block {step.BlockNumber} ({step.BlockHash?.ToShortString()})")
            {
                BlockNumber = step.BlockNumber,
                BlockHash = step.BlockHash
            },
        TransferState.Replaced =>
            new WatchEvent("replaced",
                step.ReplacedBy is { } by
                ? $"replaced by {by}"
                : $"replaced: {step.Reason ?? "another transfer with its nonce and a higher fee took its place"}")
            {
                ReplacedBy = step.ReplacedBy,
                Reason = step.Reason,
            },
        TransferState.Conflicting =>
            new WatchEvent("conflicting",
                $"impossible now: {step.Reason ?? $"another transfer with its nonce is in the chain {step.ReplacedBy}"}"
                    .TrimEnd())
            {
                ReplacedBy = step.ReplacedBy,
                Reason = step.Reason,
            },
        TransferState.Dropped =>
            new WatchEvent("dropped",
                $"dropped from the pool{(step.Reason is null ? "" : $": {step.Reason}")}")
            { Reason = step.Reason },
        _ => null,
    };

    private static string Count(Confidence confidence) =>
        confidence.Confirmations == 1 ? "1 confirmation" : $"{confidence.Confirmations} confirmations";

    private static string Shorten(Confidence confidence)
    {
        var safe = confidence.Finalized ? ", finalized" : confidence.Safe ? ", safe" : "";
        if (confidence.UndoChance is { } chance)
            return $"{Count(confidence)}{safe}, undone with probability {ProbabilityText.Describe(chance.Probability)}";
        return confidence.StakeShare is { } share
            ? $"{Count(confidence)}, {ProbabilityText.Percent(share)} of the stake{safe}"
            : $"{Count(confidence)}{safe}";
    }

    private static string Describe(Confidence confidence)
    {
        var count = Count(confidence);
        if (confidence.UndoChance is not { } chance)
        {
            var votes = confidence.StakeShare is { } share && !confidence.Finalized
                ? $", {ProbabilityText.Percent(share)} of the stake votes for it"
                : "";
            return $"{count}{votes}{(confidence.Level is { } level ? $"; {level}" : "")}";
        }

        var text = $"{count}, {confidence.Level}";
        if (confidence.Finalized) return $"{text}; finalized";
        return $"{text}; an attacker with {ProbabilityText.Percent(chance.AttackerShare)} of the hash power undoes it with "
            + $"probability {ProbabilityText.Describe(chance.Probability)}";
    }

    private sealed record Step(TransferState State, ulong? BlockNumber, Hash256? BlockHash, Hash256? ReplacedBy, string? Reason,
        long? AtMs)
    {
        // Whether the present is what the history's last entry says.
        public bool IsSameAs(Step now) => State == now.State && (State != TransferState.Mined || BlockHash == now.BlockHash);
    }
}
