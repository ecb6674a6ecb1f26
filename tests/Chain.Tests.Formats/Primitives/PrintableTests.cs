using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chain.Programs;

namespace Chain.Tests;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain text, with [brackets] and \\ and \"quotes\"", "plain text, with [brackets] and \\ and \"quotes\"")]
    [InlineData("Grüße, 你好, 👍, e\u0301", "Grüße, 你好, 👍, e\u0301")]
    [InlineData("\u001b[2J", @"\u001b[2J")]
    [InlineData("a\u0000b\u0007c\u007fd", @"a\u0000b\u0007c\u007fd")]
    [InlineData("\u0080\u009b31m\u009f", @"\u0080\u009b31m\u009f")]
    [InlineData("pay \u202eecila", @"pay \u202eecila")]
    [InlineData("\u2066x\u2069\u200b\u200d\u00ad\ufeff", @"\u2066x\u2069\u200b\u200d\u00ad\ufeff")]
    [InlineData("a\u3164b\u115f\u1160\u2800\uffa0", @"a\u3164b\u115f\u1160\u2800\uffa0")]
    [InlineData("one\u2028two\u2029three", @"one\u2028two\u2029three")]
    [InlineData("\U000e0041", @"\udb40\udc41")]
    [InlineData("one\ntwo\r\nthree\rfour\tfive", @"one\u000atwo\u000d\u000athree\u000dfour\u0009five")]
    public void What_is_not_for_a_terminal_is_shown_as_an_escape_on_one_line(string text, string expected)
    {
        Assert.Equal(expected, Printable.Line(text));
        Assert.Equal(expected, Printable.Field(text));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_shown_as_an_escape()
    {
        Assert.Equal(@"\ud83d x \ude00", Printable.Line("\ud83d x \ude00"));
        Assert.Equal(@"\ude00\ud83d", Printable.Field("\ude00\ud83d"));
    }

    [Fact]
    public void Line_breaks_pass_where_lines_are_printed_and_a_lone_carriage_return_does_not() =>
        Assert.Equal("one\ntwo\r\nthree\\u000dfour\\u000d", Printable.Escape("one\ntwo\r\nthree\rfour\r"));

    [Fact]
    public void No_character_of_all_passes_that_steers_hides_or_reorders()
    {
        int[] blank = [0x034f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0];
        for (var value = 0; value <= 0x10ffff; value++)
        {
            var text = Rune.IsValid(value) ? new Rune(value).ToString() : ((char)value).ToString();
            var steers = CharUnicodeInfo.GetUnicodeCategory(value) is UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate;
            Assert.Equal(!steers && !blank.Contains(value), Printable.Line(text) == text);
        }
    }

    [Theory]
    [InlineData("abcdefghij", 10, "abcdefghij")]
    [InlineData("abcdefghijk", 10, "abcdefg...")]
    [InlineData("abc\u001bdefgh", 10, "abc...")]
    [InlineData("abcd\u001b", 10, @"abcd\u001b")]
    [InlineData("abcdef👍👍👍", 10, "abcdef...")]
    [InlineData("\u001b\u001b", 10, @"\u001b...")]
    [InlineData("", 3, "")]
    [InlineData(null, 3, "")]
    public void A_field_is_bounded_and_no_escape_or_pair_is_cut_in_two(string? text, int maxLength, string expected) =>
        Assert.Equal(expected, Printable.Field(text, maxLength));

    [Fact]
    public void A_field_of_megabytes_is_as_short_as_any()
    {
        foreach (var character in new[] { "x", "\u001b", "👍", "\ud800", "\n" })
        {
            var field = Printable.Field(string.Concat(Enumerable.Repeat(character, 1 << 20)));
            Assert.InRange(field.Length, 3, Printable.FieldLength);
            Assert.EndsWith("...", field, StringComparison.Ordinal);
            Assert.Equal(field, Printable.Line(field));
        }
    }

    [Fact]
    public void What_was_made_printable_stays_as_it_is_the_next_time()
    {
        const string text = "\u001b[2J\u202e\u2028\ud800 \\u001b 👍";
        Assert.Equal(Printable.Line(text), Printable.Escape(Printable.Field(Printable.Line(text))));
    }

    [Fact]
    public void A_JSON_document_says_the_same_afterwards()
    {
        const string text = "\u001b\u009b\u202e\u2028\u2029\u200b\U000e0041 Grüße 👍 \n \\ \"";
        foreach (var encoder in new[] { JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
        {
            var options = new JsonSerializerOptions { WriteIndented = true, Encoder = encoder };
            var written = new JsonObject { [text] = text }.ToJsonString(options);
            var printed = Printable.Escape(written);
            Assert.Equal(text, (string?)JsonNode.Parse(printed)![text]);
            Assert.Equal(printed.Replace('\n', ' '), Printable.Line(printed.Replace('\n', ' ')));
        }
    }
}
