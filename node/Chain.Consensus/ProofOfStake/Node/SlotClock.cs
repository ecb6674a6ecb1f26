using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>Slots against the clock: slot zero begins with the genesis block's second.</summary>
internal sealed class SlotClock(ProofOfStakeSettings settings, At genesisTime)
{
    // Slots of years pass without a tick being due; the host wants to hear of time at least this often.
    private const long LongestPauseMs = 250;

    public At GenesisTime => genesisTime;

    /// <summary>compute_slot_at_time; zero before genesis.</summary>
    public Slot SlotAt(At now) => now <= genesisTime ? new Slot(0) : new Slot((ulong)now.Since(genesisTime) / settings.SlotDurationMs);

    public At StartOf(Slot slot) => genesisTime.Plus(checked((long)(slot.Number * settings.SlotDurationMs)));

    /// <summary>compute_time_at_slot: what the block of a slot has as its timestamp, in whole seconds.</summary>
    public ulong TimestampOf(Slot slot) => StartOf(slot).UnixSeconds;

    /// <summary>When votes of a slot are due (get_attestation_due_ms).</summary>
    public At AttestationDue(Slot slot) => StartOf(slot).Plus((long)(settings.AttestationDueBps * settings.SlotDurationMs / 10_000));

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
