using System.Globalization;
using Chain.Testnet;

namespace Chain.Plugin;

/// <summary>Reads times as people write them: 2s, 300ms, +3s, 1m; and shares: 2%, 0.02.</summary>
public static class Durations
{
    private static readonly (string Unit, double Milliseconds)[] Units = [("ms", 1), ("s", 1000), ("m", 60_000),
        ("h", 3_600_000)];

    /// <exception cref="UsageException">It is no such time.</exception>
    public static TimeSpan Parse(string text, bool allowNegative)
    {
        if (text == "0") return TimeSpan.Zero;
        foreach (var (unit, milliseconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (!double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.Float, CultureInfo.InvariantCulture,
                out var number))
                break;
            if (number < 0 && !allowNegative) throw new UsageException($"'{text}' is negative; give a time of 0 or more.");
            if (Math.Abs(number * milliseconds) > 86_400_000) throw new UsageException($"'{text}' is more than a day.");
            return TimeSpan.FromMilliseconds(number * milliseconds);
        }

        throw new UsageException($"'{text}' is not a time; write 300ms, 2s or 1m{(allowNegative ? ", +3s or -3s" : "")}.");
    }

    /// <exception cref="UsageException">It is no share from 0 to 1.</exception>
    public static double ParseRatio(string text)
    {
        var percent = text.EndsWith('%');
        if (!double.TryParse(percent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            throw new UsageException($"'{text}' is not a share; write 2% or 0.02.");
        var ratio = percent ? number / 100 : number;
        return ratio is >= 0 and <= 1 ? ratio : throw new UsageException($"'{text}' is not between 0% and 100%.");
    }
}
