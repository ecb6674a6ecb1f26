using System.Buffers;
using System.Text.Json;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>Hex and quantities straight into JSON, without strings in between.</summary>
public static class RpcJson
{
    public static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private const int StackBytes = 520;

    /// <summary>0x and two lower-case digits a byte.</summary>
    public static void WriteHexValue(this Utf8JsonWriter json, ReadOnlySpan<byte> bytes)
    {
        var length = 2 + (bytes.Length * 2);
        var rented = length > StackBytes ? ArrayPool<byte>.Shared.Rent(length) : null;
        var text = rented ?? stackalloc byte[StackBytes];
        "0x"u8.CopyTo(text);
        Convert.TryToHexStringLower(bytes, text[2..], out _);
        json.WriteStringValue(text[..length]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    public static void WriteHex(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> bytes)
    {
        json.WritePropertyName(name);
        json.WriteHexValue(bytes);
    }

    public static void WriteHex(this Utf8JsonWriter json, ReadOnlySpan<byte> name, Hash256 hash) =>
        json.WriteHex(name, hash.Bytes);

    public static void WriteHex(this Utf8JsonWriter json, ReadOnlySpan<byte> name, Address address) =>
        json.WriteHex(name, address.Bytes);

    /// <summary>The address, or null.</summary>
    public static void WriteHex(this Utf8JsonWriter json, ReadOnlySpan<byte> name, Address? address)
    {
        if (address is { } present) json.WriteHex(name, present.Bytes);
        else json.WriteNull(name);
    }

    /// <summary>0x and no leading zeros.</summary>
    public static void WriteQuantityValue(this Utf8JsonWriter json, ulong value)
    {
        Span<byte> text = stackalloc byte[18];
        "0x"u8.CopyTo(text);
        value.TryFormat(text[2..], out var digits, "x");
        json.WriteStringValue(text[..(2 + digits)]);
    }

    public static void WriteQuantityValue(this Utf8JsonWriter json, UInt256 value)
    {
        if (value.IsUInt64)
        {
            json.WriteQuantityValue((ulong)value);
            return;
        }

        Span<byte> bytes = stackalloc byte[32];
        Span<byte> text = stackalloc byte[66];
        value.WriteBigEndian(bytes);
        Convert.TryToHexStringLower(bytes, text[2..], out _);
        var zeros = text[2..].IndexOfAnyExcept((byte)'0');
        var quantity = text[zeros..];
        "0x"u8.CopyTo(quantity);
        json.WriteStringValue(quantity);
    }

    public static void WriteQuantity(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong value)
    {
        json.WritePropertyName(name);
        json.WriteQuantityValue(value);
    }

    public static void WriteQuantity(this Utf8JsonWriter json, ReadOnlySpan<byte> name, UInt256 value)
    {
        json.WritePropertyName(name);
        json.WriteQuantityValue(value);
    }

    /// <summary>The value as 32 bytes of hex: what a storage slot holds.</summary>
    public static void WriteWordValue(this Utf8JsonWriter json, UInt256 value) => json.WriteHexValue(value.ToHash256().Bytes);

    public static void WriteBlockRef(this Utf8JsonWriter json, ReadOnlySpan<byte> name, ulong number, Hash256 hash)
    {
        json.WriteStartObject(name);
        json.WriteQuantity("number"u8, number);
        json.WriteHex("hash"u8, hash);
        json.WriteEndObject();
    }
}
