using System.Globalization;

namespace Chain.Wallet;

/// <summary>Spans of time as people write them.</summary>
public static class Duration
{
    /// <summary>Reads "500ms", "30s", "2m" or "1h", up to a year; false for anything else.</summary>
    public static bool TryParse(string text, out TimeSpan span)
    {
        ArgumentNullException.ThrowIfNull(text);
        span = TimeSpan.Zero;
        var (number, unit) = Quantity.Split(text);
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)) return false;
        var seconds = unit switch
        {
            "ms" => count / 1000,
            "s" => count,
            "m" => count * 60,
            "h" => count * 3600,
            _ => double.NaN,
        };
        if (seconds is not (> 0 and <= 31_536_000)) return false;
        span = TimeSpan.FromSeconds(seconds);
        return true;
    }
}
