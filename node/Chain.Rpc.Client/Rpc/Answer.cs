using System.Globalization;
using System.Text.Json;
using Chain.Primitives;
using Chain.Programs;

namespace Chain.Rpc.Client;

/// <summary>
/// A part of a node's answer, read strictly: what is not as the execution-apis say is the node's fault and named so.
/// </summary>
public readonly struct Answer(string method, JsonElement element)
{
    private const int MaxExcerpt = 120;

    public bool IsNull => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    /// <summary>A field of an object; null when absent or null.</summary>
    public Answer? Field(string name)
    {
        if (element.ValueKind != JsonValueKind.Object) throw Malformed("an object");
        return element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? new Answer($"{method}.{name}", value)
            : null;
    }

    /// <summary>A field that must be there.</summary>
    public Answer Require(string name) => Field(name) ?? throw Malformed($"an object with '{name}'");

    public IEnumerable<Answer> Items()
    {
        if (element.ValueKind != JsonValueKind.Array) throw Malformed("a list");
        var name = method;
        return element.EnumerateArray().Select(item => new Answer(name, item));
    }

    /// <summary>The values of an object's fields, whatever their names.</summary>
    public IEnumerable<Answer> Members()
    {
        if (element.ValueKind != JsonValueKind.Object) throw Malformed("an object");
        var name = method;
        return element.EnumerateObject().Select(field => new Answer($"{name}.*", field.Value));
    }

    /// <summary>A number: 0x… as execution-apis write it, or a JSON number as our own methods may.</summary>
    public UInt256 Quantity() => element.ValueKind switch
    {
        JsonValueKind.String when UInt256.TryParse(String(), out var value) => value,
        JsonValueKind.Number when element.TryGetUInt64(out var value) => value,
        _ => throw Malformed("a quantity"),
    };

    public ulong Number() =>
        Quantity() is { IsUInt64: true } value ? (ulong)value : throw Malformed("a quantity of at most 64 bits");

    /// <summary>A number that a signed 64-bit integer holds.</summary>
    public long Count() => Quantity() is { IsUInt64: true } value && (ulong)value <= long.MaxValue ? (long)(ulong)value
        : throw Malformed("a quantity of at most 63 bits");

    /// <summary>A JSON number that may be negative.</summary>
    public long Signed() => element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var value) ? value
        : throw Malformed("a whole number of 64 bits");

    public double Fraction() => element.ValueKind switch
    {
        JsonValueKind.Number when element.TryGetDouble(out var value) && double.IsFinite(value) => value,
        JsonValueKind.String when double.TryParse(String(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value) => value,
        _ => throw Malformed("a number"),
    };

    public bool Flag() =>
        element.ValueKind is JsonValueKind.True or JsonValueKind.False ? element.GetBoolean() : throw Malformed("true or false");

    public string Text() => String() ?? throw Malformed("a text");

    /// <summary>A text for people, or whatever else is there as JSON: bounded, on one line, as a terminal may see it.</summary>
    public string Words() => Printable.Field(String() ?? element.GetRawText());

    public Hash256 Hash() => Hash256.TryParse(Text(), out var hash) ? hash : throw Malformed("a 32-byte hash");

    public Address Address() => Primitives.Address.TryParse(Text(), out var address) ? address : throw Malformed("an address");

    public byte[] Bytes()
    {
        try
        {
            return Hex.Decode(Text());
        }
        catch (FormatException)
        {
            throw Malformed("bytes in hex");
        }
    }

    /// <summary>The part as JSON, "null" for nothing.</summary>
    public string ToJson() => IsNull ? "null" : element.GetRawText();

    // Null for anything else, and for a text with half a surrogate pair, which .NET cannot hold.
    private string? String()
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>What to throw for an answer that is not as expected.</summary>
    /// <param name="expected">With its article, such as "a list".</param>
    public UnexpectedAnswerException Malformed(string expected)
    {
        var raw = element.ValueKind == JsonValueKind.Undefined ? "nothing" : element.GetRawText();
        var excerpt = Printable.Field(raw, MaxExcerpt);
        return new UnexpectedAnswerException($"The node's answer to {method} is not {expected}: {excerpt}");
    }
}
