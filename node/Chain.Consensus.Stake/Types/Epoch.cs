namespace Chain.Consensus.Stake;

/// <summary>An epoch: a fixed number of slots, counted from genesis at zero (consensus-specs: Epoch).</summary>
public readonly record struct Epoch(ulong Number) : IComparable<Epoch>
{
    /// <summary>GENESIS_EPOCH.</summary>
    public static readonly Epoch Genesis;

    /// <summary>FAR_FUTURE_EPOCH: not yet, perhaps never.</summary>
    public static readonly Epoch FarFuture = new(ulong.MaxValue);

    /// <summary>compute_start_slot_at_epoch.</summary>
    public Slot StartSlot(ulong slotsPerEpoch) => new(Number * slotsPerEpoch);

    /// <summary>The epoch before, or genesis for genesis (get_previous_epoch).</summary>
    public Epoch Previous => Number == 0 ? this : new Epoch(Number - 1);

    public int CompareTo(Epoch other) => Number.CompareTo(other.Number);

    public override string ToString() => this == FarFuture ? "no epoch yet" : $"epoch {Number}";

    public static Epoch operator +(Epoch epoch, ulong epochs) => new(epoch.Number + epochs);
    public static ulong operator -(Epoch later, Epoch earlier) => later.Number - earlier.Number;
    public static bool operator <(Epoch left, Epoch right) => left.Number < right.Number;
    public static bool operator >(Epoch left, Epoch right) => left.Number > right.Number;
    public static bool operator <=(Epoch left, Epoch right) => left.Number <= right.Number;
    public static bool operator >=(Epoch left, Epoch right) => left.Number >= right.Number;
}
