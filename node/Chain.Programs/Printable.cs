using System.Globalization;
using System.Text;

namespace Chain.Programs;

/// <summary>
/// Text from a node, a peer or a file as a terminal may see it. What would steer a terminal or hide and reorder its text is shown
/// as an escape, as <c>\u001b</c>: control characters (C0, DEL, C1), line and paragraph separators, Unicode's format characters
/// (among them those that turn the direction of writing), letters that look like nothing, and halves of surrogate pairs. The
/// escapes are those of JSON, a UTF-16 unit each, so a JSON document still says the same after <see cref="Escape(string?)"/>.
/// </summary>
public static class Printable
{
    /// <summary>How much of one field is shown: a name, a reason, an error's message.</summary>
    public const int FieldLength = 240;

    private const string Cut = "...";

    /// <summary>The text on one line, with line breaks escaped too, and no longer than a field.</summary>
    public static string Field(string? text) => Field(text, FieldLength);

    /// <summary>The text on one line, with line breaks escaped too; what is longer ends in dots.</summary>
    /// <param name="text">From anywhere; null counts as empty.</param>
    /// <param name="maxLength">How many characters the result has at most, with its dots; at least three.</param>
    public static string Field(string? text, int maxLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, Cut.Length);
        if (string.IsNullOrEmpty(text)) return "";

        // No escape is shorter than what it stands for: what is beyond the limit before is beyond it after.
        var isLonger = text.Length > maxLength;
        var escaped = Escape(isLonger ? text[..maxLength] : text, keepLineBreaks: false);
        return isLonger || escaped.Length > maxLength ? WholeEscapes(escaped, maxLength - Cut.Length) + Cut : escaped;
    }

    /// <summary>The text on one line, with line breaks escaped too, however long it is.</summary>
    public static string Line(string? text) => Escape(text, keepLineBreaks: false);

    /// <summary>The text with its line breaks, and everything else that is not for a terminal as escapes.</summary>
    public static string Escape(string? text) => Escape(text, keepLineBreaks: true);

    private static string Escape(string? text, bool keepLineBreaks)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var first = FirstToEscape(text, keepLineBreaks);
        if (first < 0) return text;
        var result = new StringBuilder(text.Length + 32).Append(text, 0, first);
        for (var i = first; i < text.Length;)
        {
            var length = UnitsAt(text, i, out var isShown);
            if (isShown || IsLineBreak(text, i, keepLineBreaks)) result.Append(text, i, length);
            else foreach (var unit in text.AsSpan(i, length)) result.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
            i += length;
        }

        return result.ToString();
    }

    private static int FirstToEscape(string text, bool keepLineBreaks)
    {
        for (var i = text.AsSpan().IndexOfAnyExceptInRange(' ', '~'); i >= 0 && i < text.Length;)
        {
            var length = UnitsAt(text, i, out var isShown);
            if (!isShown && !IsLineBreak(text, i, keepLineBreaks)) return i;
            i += length;
        }

        return -1;
    }

    // "\n", and the "\r\n" with which lines end on some systems; a lone "\r" would write over what the line said before.
    private static bool IsLineBreak(string text, int at, bool keepLineBreaks) =>
        keepLineBreaks && (text[at] == '\n' || (text[at] == '\r' && at + 1 < text.Length && text[at + 1] == '\n'));

    private static int UnitsAt(string text, int at, out bool isShown)
    {
        if (!Rune.TryGetRuneAt(text, at, out var rune))
        {
            isShown = false;
            return 1;
        }

        isShown = !IsBlank(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate);
        return rune.Utf16SequenceLength;
    }

    // Hangul's fillers, the combining grapheme joiner, Khmer's inherent vowels and the empty Braille pattern.
    private static bool IsBlank(Rune rune) =>
        rune.Value is 0x034f or 0x115f or 0x1160 or 0x17b4 or 0x17b5 or 0x2800 or 0x3164 or 0xffa0;

    // Neither an escape nor a surrogate pair is cut in two.
    private static string WholeEscapes(string escaped, int length)
    {
        const int escapeLength = 6;
        var escape = escaped.LastIndexOf("\\u", Math.Min(length, escaped.Length - 1), StringComparison.Ordinal);
        if (escape >= 0 && escape + escapeLength > length && escape < length) return escaped[..escape];
        return char.IsHighSurrogate(escaped[length - 1]) ? escaped[..(length - 1)] : escaped[..length];
    }
}
