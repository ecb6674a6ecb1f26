using Chain.Programs;
using Spectre.Console;

namespace Chain.Terminal;

/// <summary>Text from outside as a part of Spectre's markup.</summary>
public static class Shown
{
    /// <summary>One field: on one line, bounded in length, and no command to a terminal or to Spectre's markup.</summary>
    public static string Field(string? text) => Field(text, Printable.FieldLength);

    /// <summary>The same, of a field that may be longer or shorter than most.</summary>
    public static string Field(string? text, int maxLength) => Markup.Escape(Printable.Field(text, maxLength));

    /// <summary>A text of any length, such as a path: on one line, and as harmless.</summary>
    public static string Line(string? text) => Markup.Escape(Printable.Line(text));

    /// <summary>A field of whatever has a text.</summary>
    public static string Field(object? value) => Field(value?.ToString());
}
