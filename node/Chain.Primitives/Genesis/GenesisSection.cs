using System.Text.Json;

namespace Chain.Primitives;

/// <summary>
/// One object of a genesis file. Reads its fields, and what it cannot read it names with the path, the value and what it should
/// be. It remembers what was asked for, so that <see cref="ExpectNothingElse"/> finds a name that nobody knows.
/// </summary>
public sealed class GenesisSection
{
    private readonly JsonElement _json;
    private readonly string _path;
    private readonly SortedSet<string> _asked = new(StringComparer.Ordinal);

    /// <param name="json">The object; undefined for one that is not in the file, which then has no fields.</param>
    /// <param name="path">Where it stands, for messages; empty for the file itself.</param>
    public GenesisSection(JsonElement json, string path)
    {
        (_json, _path) = (json, path);
        if (json.ValueKind is JsonValueKind.Object or JsonValueKind.Undefined) return;
        throw new GenesisException($"{(path.Length == 0 ? "The genesis file" : $"`{path}`")} is {Shorten(json)}; it must be an "
            + $"object.");
    }

    /// <summary>The fields in the order of the file.</summary>
    public IEnumerable<JsonProperty> Fields() => _json.ValueKind == JsonValueKind.Undefined ? [] : _json.EnumerateObject();

    /// <summary>An object within; one without fields where the file has none.</summary>
    public GenesisSection Section(string name) => new(Find(name) is { } json ? json : default, NameOf(name));

    /// <summary>The objects of a list; none where the file has no such list.</summary>
    public IEnumerable<GenesisSection> Sections(string name)
    {
        if (Find(name) is not { } list) return [];
        if (list.ValueKind != JsonValueKind.Array) throw Wrong(name, list, "it must be a list");
        return list.EnumerateArray().Select((item, index) => new GenesisSection(item, $"{NameOf(name)}[{index}]"));
    }

    public bool Has(string name) => Find(name) is not null;

    public string Text(string name, string fallback) =>
        Find(name) is not { } value
        ? fallback
        : value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw Wrong(name, value, "it must be a string");

    /// <summary>A number of at most 256 bits: a JSON number, or a string of decimal digits or of hex digits after 0x.</summary>
    public UInt256 Number(string name, UInt256? fallback)
    {
        if (Find(name) is not { } value) return fallback ?? throw new GenesisException($"`{NameOf(name)}` is missing.");
        var text = value.ValueKind switch
        {
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String => value.GetString()!,
            _ => null,
        };
        return ParseNumber(text)
            ?? throw Wrong(name, value, "it must be a number of at most 256 bits (decimal, or a string with hex after 0x)");
    }

    /// <summary>A number of at most 64 bits.</summary>
    public ulong Word(string name, ulong? fallback)
    {
        var value = Number(name, fallback is { } f ? new UInt256(f) : null);
        return value.IsUInt64
            ? (ulong)value
            : throw new GenesisException($"`{NameOf(name)}` is {value}; it must fit in 64 bits.");
    }

    /// <summary>A number between bounds, both allowed; the fallback is not asked.</summary>
    /// <param name="why">What stands behind "must be …", where the bounds do not explain themselves.</param>
    public ulong Word(string name, ulong fallback, ulong atLeast, ulong atMost, string? why = null)
    {
        var value = Word(name, fallback);
        if (value < atLeast || value > atMost)
            throw new GenesisException($"`{NameOf(name)}` is {value}; it must be from {atLeast} to "
                + $"{atMost}{(why is null ? "" : $", {why}")}.");
        return value;
    }

    public byte[] Bytes(string name) => Parsed(name, Hex.Decode, []);

    /// <summary>A field as something else reads it, with what that says of a wrong one.</summary>
    public T Parsed<T>(string name, Func<string, T> parse, T fallback) =>
        Find(name) is { } value ? Parse(name, value, parse) : fallback;

    /// <summary>As above, for a field that must be there.</summary>
    public T Parsed<T>(string name, Func<string, T> parse) =>
        Find(name) is { } value ? Parse(name, value, parse) : throw new GenesisException($"`{NameOf(name)}` is missing.");

    /// <summary>Refuses fields that were not asked for: a mistyped setting would silently be its default.</summary>
    public void ExpectNothingElse()
    {
        foreach (var field in Fields())
        {
            if (!_asked.Contains(field.Name))
                throw new GenesisException($"`{NameOf(field.Name)}` is not known; known are {string.Join(", ", _asked)}.");
        }
    }

    /// <summary>A field's name with its path.</summary>
    public string NameOf(string name) => _path.Length == 0 ? name : $"{_path}.{name}";

    /// <summary>Null for what is no number of at most 256 bits.</summary>
    public static UInt256? ParseNumber(string? text) =>
        UInt256.TryParse(text == "0x" ? "0x0" : text, out var value) ? value : null;

    private T Parse<T>(string name, JsonElement value, Func<string, T> parse)
    {
        if (value.ValueKind != JsonValueKind.String) throw Wrong(name, value, "it must be a string");
        try
        {
            return parse(value.GetString()!);
        }
        catch (FormatException e)
        {
            throw new GenesisException($"`{NameOf(name)}` is {Shorten(value)}: {e.Message}", e);
        }
    }

    private JsonElement? Find(string name)
    {
        _asked.Add(name);
        return _json.ValueKind == JsonValueKind.Object && _json.TryGetProperty(name, out var value) ? value : null;
    }

    private GenesisException Wrong(string name, JsonElement value, string expected) =>
        new($"`{NameOf(name)}` is {Shorten(value)}; {expected}.");

    private static string Shorten(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 160 ? text : $"{text[..157]}...";
    }
}
