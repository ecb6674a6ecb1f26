namespace Chain.Consensus.Stake;

/// <summary>A slot: the time for one proposal, counted from genesis at zero (consensus-specs: Slot).</summary>
public readonly record struct Slot(ulong Number) : IComparable<Slot>
{
    /// <summary>compute_epoch_at_slot.</summary>
    public Epoch ToEpoch(ulong slotsPerEpoch) => new(Number / slotsPerEpoch);

    /// <summary>How many slots of its epoch lie before it (compute_slots_since_epoch_start).</summary>
    public ulong SinceEpochStart(ulong slotsPerEpoch) => Number % slotsPerEpoch;

    public int CompareTo(Slot other) => Number.CompareTo(other.Number);

    public override string ToString() => $"slot {Number}";

    public static Slot operator +(Slot slot, ulong slots) => new(slot.Number + slots);
    public static Slot operator -(Slot slot, ulong slots) => new(slot.Number - slots);
    public static ulong operator -(Slot later, Slot earlier) => later.Number - earlier.Number;
    public static bool operator <(Slot left, Slot right) => left.Number < right.Number;
    public static bool operator >(Slot left, Slot right) => left.Number > right.Number;
    public static bool operator <=(Slot left, Slot right) => left.Number <= right.Number;
    public static bool operator >=(Slot left, Slot right) => left.Number >= right.Number;
}
