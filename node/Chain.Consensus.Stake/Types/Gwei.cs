namespace Chain.Consensus.Stake;

/// <summary>An amount of stake in Gwei, 10^9 wei (consensus-specs: Gwei). Arithmetic is checked.</summary>
public readonly record struct Gwei(ulong Amount) : IComparable<Gwei>
{
    public static readonly Gwei Zero;

    public static Gwei Min(Gwei left, Gwei right) => left < right ? left : right;

    public static Gwei Max(Gwei left, Gwei right) => left > right ? left : right;

    /// <summary>This less the other, or zero where the other is more (decrease_balance).</summary>
    public Gwei MinusAtMost(Gwei other) => other.Amount > Amount ? Zero : new Gwei(Amount - other.Amount);

    public int CompareTo(Gwei other) => Amount.CompareTo(other.Amount);

    public override string ToString() => $"{Amount} Gwei";

    public static Gwei operator +(Gwei left, Gwei right) => new(left.Amount + right.Amount);
    public static Gwei operator -(Gwei left, Gwei right) => new(left.Amount - right.Amount);
    public static Gwei operator *(Gwei amount, ulong factor) => new(amount.Amount * factor);
    public static Gwei operator /(Gwei amount, ulong divisor) => new(amount.Amount / divisor);
    public static bool operator <(Gwei left, Gwei right) => left.Amount < right.Amount;
    public static bool operator >(Gwei left, Gwei right) => left.Amount > right.Amount;
    public static bool operator <=(Gwei left, Gwei right) => left.Amount <= right.Amount;
    public static bool operator >=(Gwei left, Gwei right) => left.Amount >= right.Amount;
}
