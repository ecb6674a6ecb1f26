using System.Text.RegularExpressions;

namespace Chain.Primitives;

/// <summary>What is wrong with a command line, in one line.</summary>
public static partial class UsageText
{
    /// <summary>The parser's messages without the names of .NET's types, and where to read on.</summary>
    /// <param name="command">The command that was meant, as "miner run".</param>
    /// <param name="errors">What the parser found.</param>
    public static string Explain(string command, IEnumerable<string> errors)
    {
        var messages = errors.Select(error => ExpectedType().Replace(error, type => type.Groups[1].Value switch
        {
            "Double" => "as a number",
            "Boolean" => "as true or false",
            ['U', ..] => "as a whole number from 0 on",
            _ => "as a whole number",
        }));
        return $"{string.Join(" ", messages)} See `{command} --help`.";
    }

    [GeneratedRegex(@"as expected type '[^']*\b(U?Int32|U?Int64|Double|Boolean)\b[^']*'")]
    private static partial Regex ExpectedType();
}
