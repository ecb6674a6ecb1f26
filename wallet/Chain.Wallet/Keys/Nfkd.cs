using System.Globalization;
using System.Text;

namespace Chain.Wallet;

/// <summary>
/// Unicode normalisation form KD (UAX #15), which BIP-39 applies to phrases and passphrases. Our own, because the programs
/// run without the operating system's Unicode library, where <see cref="string.Normalize()"/> leaves every text as it is.
/// </summary>
public static class Nfkd
{
    // Hangul syllables decompose by arithmetic (Unicode, section 3.12).
    private const int SyllableBase =
        0xAC00, SyllableCount = 11172, LeadBase = 0x1100, VowelBase = 0x1161, TailBase = 0x11A7, VowelCount = 21, TailCount = 28;

    private static readonly Lazy<Dictionary<int, (int Class, int[] Parts)>> Table = new(Load);

    /// <summary>The text in form KD. Unpaired surrogates become U+FFFD.</summary>
    public static string Normalize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (System.Text.Ascii.IsValid(text)) return text;
        var runes = new List<int>(text.Length + 8);
        foreach (var rune in text.EnumerateRunes()) Decompose(rune.Value, runes);
        Reorder(runes);
        var result = new StringBuilder(runes.Count);
        foreach (var rune in runes) result.Append(new Rune(rune).ToString());
        return result.ToString();
    }

    private static void Decompose(int rune, List<int> into)
    {
        var syllable = rune - SyllableBase;
        if (syllable is >= 0 and < SyllableCount)
        {
            into.Add(LeadBase + (syllable / (VowelCount * TailCount)));
            into.Add(VowelBase + (syllable % (VowelCount * TailCount) / TailCount));
            if (syllable % TailCount != 0) into.Add(TailBase + (syllable % TailCount));
        }
        else if (Table.Value.TryGetValue(rune, out var entry) && entry.Parts.Length > 0)
        {
            into.AddRange(entry.Parts);
        }
        else
        {
            into.Add(rune);
        }
    }

    // The canonical ordering: a stable sort by combining class of every run of characters that have one.
    private static void Reorder(List<int> runes)
    {
        for (var i = 1; i < runes.Count; i++)
        {
            var own = ClassOf(runes[i]);
            if (own == 0) continue;
            for (var j = i; j > 0 && ClassOf(runes[j - 1]) > own; j--) (runes[j - 1], runes[j]) = (runes[j], runes[j - 1]);
        }
    }

    private static int ClassOf(int rune) => Table.Value.TryGetValue(rune, out var entry) ? entry.Class : 0;

    // A line of the table: code point; combining class; full decomposition, empty where there is none.
    private static Dictionary<int, (int Class, int[] Parts)> Load()
    {
        var table = new Dictionary<int, (int, int[])>();
        foreach (var line in EmbeddedText.Lines("decompositions.txt"))
        {
            var fields = line.Split(';');
            var parts = fields[2].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            table.Add(CodePoint(fields[0]),
                (int.Parse(fields[1], CultureInfo.InvariantCulture), Array.ConvertAll(parts, CodePoint)));
        }

        return table;
    }

    private static int CodePoint(string hex) => int.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
