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
    private int _confirmations = -1;
    private int _historyTold;

    /// <summary>How it ended; null while it goes on.</summary>
    public WatchOutcome? Outcome { get; private set; }

    /// <summary>Whether a node has ever known the transfer.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>What is new since the last look.</summary>
    public IReadOnlyList<WatchEvent> Observe(Observation look)
    {
        var (status, confidence) = look;
        var events = new List<WatchEvent>();

        // A shorter history is that of a node that was restarted: what it still says was told before.
        _historyTold = Math.Min(_historyTold, status.History.Count);
        for (; _historyTold < status.History.Count; _historyTold++)
        {
            var change = status.History[_historyTold];
            Enter(events, change.State, change.BlockNumber, change.BlockHash, null, change.Reason, change.AtMs);
        }

        Enter(events, status.State, status.BlockNumber, status.BlockHash, status.ReplacedBy, status.Reason, null);
        if (status.State == TransferState.Mined && confidence is not null && confidence.Confirmations != _confirmations)
        {
            _confirmations = confidence.Confirmations;
            events.Add(new WatchEvent("confirmations", Describe(confidence)) { BlockNumber = _blockNumber, BlockHash = _blockHash, Confidence = confidence });
        }

        Outcome = status.State switch
        {
            TransferState.Replaced => WatchOutcome.Replaced,
            TransferState.Conflicting => WatchOutcome.Conflicting,
            TransferState.Dropped => WatchOutcome.Dropped,
            TransferState.Mined when confidence is not null && goal.IsReachedBy(confidence) => WatchOutcome.Settled,
            TransferState.Pending when goal.Confirmations == 0 => WatchOutcome.Settled,
            _ => null,
        };
        return events;
    }

    private void Enter(List<WatchEvent> events, TransferState state, ulong? number, Hash256? hash, Hash256? replacedBy, string? reason, long? atMs)
    {
        if (state == _state && (state != TransferState.Mined || hash == _blockHash)) return;
        if (state == TransferState.Unknown && IsKnown) return;

        // Out of a block, whatever comes next.
        if (_state == TransferState.Mined)
        {
            events.Add(new WatchEvent("orphaned", $"block {_blockNumber} ({_blockHash?.ToShortString()}) was reorganised away")
            {
                AtMs = atMs,
                BlockNumber = _blockNumber,
                BlockHash = _blockHash,
                Reason = state == TransferState.Orphaned ? reason : null,
            });
        }

        var hadBlock = _blockNumber is not null;
        if (Told(state, number, hash, hadBlock, replacedBy, reason) is { } told) events.Add(told with { AtMs = atMs });
        IsKnown |= state != TransferState.Unknown;
        _state = state;
        _confirmations = -1;
        if (state is TransferState.Mined or TransferState.Unknown) (_blockNumber, _blockHash) = (number, hash);
    }

    private static WatchEvent? Told(TransferState state, ulong? number, Hash256? hash, bool hadBlock, Hash256? replacedBy, string? reason)
    {
        var because = reason is null ? "" : $": {reason}";
        return state switch
        {
            TransferState.Unknown => new WatchEvent("unknown", "the node does not know this transfer (yet)"),
            TransferState.Pending when hadBlock => new WatchEvent("pending", "the transfer is back in the pool and waits for another block"),
            TransferState.Pending => new WatchEvent("pending", $"in the pool, waiting for a block ({ConfidenceLevel.Describe(0)})"),
            TransferState.Mined => new WatchEvent("mined", $"in block {number} ({hash?.ToShortString()})") { BlockNumber = number, BlockHash = hash },
            TransferState.Replaced => new WatchEvent("replaced", $"replaced by {replacedBy?.ToString() ?? "another transfer with its nonce"}{because}") { ReplacedBy = replacedBy, Reason = reason },
            TransferState.Conflicting => new WatchEvent("conflicting", $"impossible now: another transfer with its nonce is in the chain{because}") { ReplacedBy = replacedBy, Reason = reason },
            TransferState.Dropped => new WatchEvent("dropped", $"dropped from the pool{because}") { Reason = reason },
            _ => null,
        };
    }

    private static string Describe(Confidence confidence)
    {
        var count = confidence.Confirmations == 1 ? "1 confirmation" : $"{confidence.Confirmations} confirmations";
        var text = $"{count} ({confidence.Level})";
        if (confidence.Finalized) return $"{text}; finalized";
        if (confidence.Rule != "pow") return confidence.Safe ? $"{text}; safe" : text;
        return $"{text}; with {ProbabilityText.Percent(confidence.AttackerShare)} of the hash power an attacker still undoes it with probability {ProbabilityText.Describe(confidence.CatchUpProbability)}";
    }
}
