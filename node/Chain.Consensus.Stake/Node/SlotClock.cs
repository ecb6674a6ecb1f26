using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Slots against the clock: slot zero begins with the genesis block's second.</summary>
internal sealed class SlotClock(ProofOfStakeSettings settings, At genesisTime)
{
    // Slots of years pass without a tick being due; the host wants to hear of time at least this often.
    private const long LongestPauseMs = 250;

    // A machine whose clock has lost its battery starts in 1970: a century is more than any clock is off.
    private const ulong FarFutureMs = 100UL * 365 * 24 * 60 * 60 * 1000;

    public At GenesisTime => genesisTime;

    /// <summary>compute_slot_at_time; zero before genesis.</summary>
    public Slot SlotAt(At now) =>
        now <= genesisTime ? new Slot(0) : new Slot((ulong)now.Since(genesisTime) / settings.SlotDurationMs);

    /// <summary>
    /// Whether a slot that has not begun is so far ahead, a century, that no clock explains it. What is nearer may be our own
    /// fault, and is ignored (consensus-specs, p2p interface: IGNORE what is early beyond MAXIMUM_GOSSIP_CLOCK_DISPARITY, REJECT
    /// only what cannot be valid).
    /// </summary>
    public bool IsFarFuture(Slot slot, Slot current) => slot > current && slot - current > FarFutureMs / settings.SlotDurationMs;

    /// <summary>The same for an epoch.</summary>
    public bool IsFarFuture(Epoch epoch, Epoch current) =>
        epoch > current && epoch.Number - current.Number > FarFutureMs / (settings.SlotDurationMs * settings.SlotsPerEpoch);

    public At StartOf(Slot slot) => genesisTime.Plus(checked((long)(slot.Number * settings.SlotDurationMs)));

    /// <summary>compute_time_at_slot: what the block of a slot has as its timestamp, in whole seconds.</summary>
    public ulong TimestampOf(Slot slot) => StartOf(slot).UnixSeconds;

    /// <summary>When votes of a slot are due (get_attestation_due_ms).</summary>
    public At AttestationDue(Slot slot) =>
        StartOf(slot).Plus((long)(settings.AttestationDueBps * settings.SlotDurationMs / 10_000));

    /// <summary>The next instant at which something is due: a slot's start, its votes, or the longest pause.</summary>
    public At NextTick(At now)
    {
        if (now < genesisTime) return Earlier(genesisTime, now.Plus(LongestPauseMs));
        var slot = SlotAt(now);
        var due = AttestationDue(slot);
        return Earlier(now < due ? due : StartOf(slot + 1), now.Plus(LongestPauseMs));
    }

    private static At Earlier(At left, At right) => left < right ? left : right;
}
