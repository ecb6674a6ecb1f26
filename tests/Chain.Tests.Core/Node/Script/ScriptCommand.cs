using Chain.Primitives;

namespace Chain.Tests;

/// <summary>One command of a script: words, and options of the form key=value, each of which must be read.</summary>
internal sealed class ScriptCommand
{
    private readonly Dictionary<string, string> _options = [];
    private readonly List<string> _words = [];

    public ScriptCommand(string text)
    {
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var sign = word.IndexOf('=', StringComparison.Ordinal);
            if (sign < 0) _words.Add(word);
            else if (!_options.TryAdd(word[..sign], word[(sign + 1)..]))
                throw new FormatException($"The option {word[..sign]} is given twice.");
        }
    }

    public string Verb => _words[0];

    /// <summary>What follows the verb, and is no option.</summary>
    public IReadOnlyList<string> Arguments => _words[1..];

    public string Argument(int index, string what) =>
        index + 1 < _words.Count ? _words[index + 1] : throw new FormatException($"'{Verb}' needs {what}.");

    /// <summary>An option that may be left out.</summary>
    public string? Text(string key) => _options.Remove(key, out var value) ? value : null;

    public ulong Number(string key, ulong fallback) => Text(key) is { } value ? ulong.Parse(value) : fallback;

    /// <summary>Wei, written as a number of them or with `gwei` or `ether` behind it.</summary>
    public UInt256 Wei(string key, UInt256 fallback) => Text(key) is { } value ? ParseWei(value) : fallback;

    /// <summary>The options that nobody has asked for yet.</summary>
    public IReadOnlyList<string> Unread => [.. _options.Keys];

    /// <summary>A time as `250ms` or `4s`, in milliseconds.</summary>
    public static long ParseDuration(string text) =>
        text.EndsWith("ms", StringComparison.Ordinal) ? long.Parse(text[..^2])
        : text.EndsWith('s') ? (long)(decimal.Parse(text[..^1]) * 1000)
        : throw new FormatException($"'{text}' is no time; write 250ms or 4s.");

    private static UInt256 ParseWei(string text) =>
        text.EndsWith("gwei", StringComparison.Ordinal) ? UInt256.Parse(text[..^4]) * Ledger.Gwei
        : text.EndsWith("ether", StringComparison.Ordinal) ? UInt256.Parse(text[..^5]) * Ledger.Ether
        : UInt256.Parse(text);
}
