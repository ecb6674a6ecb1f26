using System.Globalization;
using System.Numerics;
using Chain.Primitives;

namespace Chain.Rpc.Client;

/// <summary>Why a text is no amount.</summary>
public abstract record AmountError
{
    private AmountError() { }

    /// <summary>For the user: what was wrong, the value, what to do.</summary>
    public abstract string Message { get; }

    public sealed record NotANumber(string Text) : AmountError
    {
        public override string Message =>
            $"'{Text}' is not an amount. Write a number with a point and a unit, such as 1.5ether, 21gwei or 100wei.";
    }

    public sealed record NoUnit(string Text) : AmountError
    {
        public override string Message => $"'{Text}' has no unit. Say which is meant: {Text}ether, {Text}gwei or {Text}wei.";
    }

    public sealed record UnknownUnit(string Text, string Unit) : AmountError
    {
        public override string Message => $"'{Text}': the unit '{Unit}' is not known. Units are ether (eth), gwei and wei.";
    }

    public sealed record TooPrecise(string Text, string Unit, int Decimals) : AmountError
    {
        public override string Message => $"'{Text}' is finer than one wei: {Unit} has at most {Decimals} decimals.";
    }

    public sealed record TooLarge(string Text) : AmountError
    {
        public override string Message => $"'{Text}' is more than 256 bits of wei can hold.";
    }
}

/// <summary>Amounts as people write them. Exact decimal arithmetic: no rounding anywhere.</summary>
public static class Amount
{
    private const int EtherDecimals = 18;
    private const int GweiDecimals = 9;

    /// <summary>
    /// Wei from "1.5ether", "1.5 ether", "21gwei" or "100wei". A bare number is refused, since it might mean either; only
    /// "0" needs no unit.
    /// </summary>
    public static Verdict<UInt256, AmountError> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        var (number, unit) = Quantity.Split(trimmed);
        var point = number.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? number : number[..point];
        var fraction = point < 0 ? "" : number[(point + 1)..];
        if (whole.Length + fraction.Length == 0 || (point >= 0 && fraction.Length == 0)
            || fraction.Contains('.', StringComparison.Ordinal))
            return new AmountError.NotANumber(text);
        if (whole.Length + fraction.Length > 200) return new AmountError.TooLarge(text);
        if (unit.Length == 0) return trimmed == "0" ? UInt256.Zero : new AmountError.NoUnit(trimmed);
        if (!unit.All(char.IsAsciiLetter)) return new AmountError.NotANumber(text);

        int decimals;
        switch (unit.ToUpperInvariant())
        {
            case "ETHER" or "ETH": decimals = EtherDecimals; break;
            case "GWEI": decimals = GweiDecimals; break;
            case "WEI": decimals = 0; break;
            default: return new AmountError.UnknownUnit(text, unit);
        }

        fraction = fraction.TrimEnd('0');
        if (fraction.Length > decimals) return new AmountError.TooPrecise(text, unit, decimals);
        var wei = BigInteger.Parse(whole + fraction.PadRight(decimals, '0'), NumberStyles.None, CultureInfo.InvariantCulture);
        if (wei.GetByteCount(isUnsigned: true) > 32) return new AmountError.TooLarge(text);
        return (UInt256)wei;
    }

    /// <summary>All of it in ether, exactly: "1.5 ether".</summary>
    public static string InEther(UInt256 wei) => Shift(wei, EtherDecimals) + " ether";

    /// <summary>All of it in gwei, exactly: "2.000000007 gwei".</summary>
    public static string InGwei(UInt256 wei) => Shift(wei, GweiDecimals) + " gwei";

    /// <summary>The number of ether without the unit.</summary>
    public static string EtherDigits(UInt256 wei) => Shift(wei, EtherDecimals);

    private static string Shift(UInt256 wei, int decimals)
    {
        var digits = wei.ToString().PadLeft(decimals + 1, '0');
        var fraction = digits[^decimals..].TrimEnd('0');
        return fraction.Length == 0 ? digits[..^decimals] : $"{digits[..^decimals]}.{fraction}";
    }
}
