using System.Globalization;

namespace Chain.Wallet;

/// <summary>Probabilities and shares as people read them.</summary>
public static class ProbabilityText
{
    /// <summary>"32.6 %", and below one in a thousand "1 in 14,000".</summary>
    public static string Describe(double probability)
    {
        if (probability >= 0.001) return Percent(probability);
        if (probability <= 1e-15) return "next to nothing";
        var odds = 1 / probability;
        var unit = Math.Pow(10, Math.Max(0, Math.Floor(Math.Log10(odds)) - 1));
        return "1 in " + (Math.Round(odds / unit) * unit).ToString("#,0", CultureInfo.InvariantCulture);
    }

    /// <summary>Three significant digits: "30 %", "5.6 %", "0.178 %".</summary>
    public static string Percent(double share) => (share * 100).ToString("G3", CultureInfo.InvariantCulture) + " %";
}
