using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace Chain.Terminal;

/// <summary>What is wrong with a command line, in one line.</summary>
public static partial class UsageError
{
    /// <summary>
    /// The parser's messages without the names of .NET's types, the command or option that was probably meant, and where to read
    /// on.
    /// </summary>
    /// <param name="program">The program's name, as a person types it.</param>
    /// <param name="parsed">A command line with errors.</param>
    public static string Explain(string program, ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        var messages = Messages(parsed).Select(error => ExpectedType().Replace(error, type => type.Groups[1].Value switch
        {
            "Double" => "as a number",
            "Boolean" => "as true or false",
            ['U', ..] => "as a whole number from 0 on",
            _ => "as a whole number",
        }));
        return $"{string.Join(" ", messages)} See `{NameOf(program, parsed)} --help`.";
    }

    private static IEnumerable<string> Messages(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;

        // A first word that is no command explains why one is missing.
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens is [var word, ..] && !IsOption(word))
        {
            return [$"Unknown command '{word}'.", .. Suggestion(word, command)];
        }

        return [.. parsed.Errors.Select(error => error.Message),
            .. parsed.UnmatchedTokens.SelectMany(token => Suggestion(token, command))];
    }

    private static IEnumerable<string> Suggestion(string token, Command command)
    {
        var known = IsOption(token) ? Options(command) : command.Subcommands.Select(sub => sub.Name);
        var nearest = known.Order(StringComparer.Ordinal).MinBy(name => EditDistance.Between(token, name));
        if (nearest is not null && EditDistance.Between(token, nearest) <= Math.Max(1, token.Length / 3))
            yield return $"Did you mean '{nearest}'?";
    }

    private static IEnumerable<string> Options(Command command) =>
        command.Options.Concat(command.Parents.OfType<Command>().SelectMany(parent =>
            parent.Options.Where(option => option.Recursive)))
            .Where(option => !option.Hidden)
            .SelectMany(option => option.Aliases.Prepend(option.Name))
            .Where(name => name.StartsWith("--", StringComparison.Ordinal));

    private static bool IsOption(string token) => token.StartsWith('-');

    /// <summary>The command that was given, with all that it is part of.</summary>
    private static string NameOf(string program, ParseResult parsed)
    {
        var name = "";
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult { Command: var command }; at = at.Parent)
        {
            name = command is RootCommand ? program + name : $" {command.Name}{name}";
        }

        return name;
    }

    [GeneratedRegex(@"as expected type '[^']*\b(U?Int32|U?Int64|Double|Boolean)\b[^']*'")]
    private static partial Regex ExpectedType();
}
