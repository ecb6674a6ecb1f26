using System.Text.Json;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>Reads one JSON value as a type: the value, or in words why it is none.</summary>
public delegate string? ArgParser<T>(JsonElement json, out T value);

/// <summary>
/// The positional arguments of a call. The first that is wrong is kept in <see cref="Error"/> and the reads after it give
/// defaults, so that a method reads all its arguments and then asks once.
/// </summary>
public sealed class RpcArgs(JsonElement array)
{
    private readonly bool _isArray = array.ValueKind == JsonValueKind.Array;

    public RpcError? Error { get; private set; }

    public int Count => _isArray ? array.GetArrayLength() : 0;

    /// <summary>Whether the argument is there and not null.</summary>
    public bool Has(int index) => index < Count && array[index].ValueKind != JsonValueKind.Null;

    public T Take<T>(int index, ArgParser<T> parse)
    {
        if (!Has(index))
        {
            Error ??= new RpcError(RpcError.InvalidParams, $"missing value for required argument {index}");
            return default!;
        }

        var why = parse(array[index], out var value);
        if (why is not null) Fail(index, why);
        return value;
    }

    /// <summary>The argument, or the fallback where it is absent or null.</summary>
    public T Take<T>(int index, ArgParser<T> parse, T fallback) => Has(index) ? Take(index, parse) : fallback;

    /// <summary>A storage key, with the words for a wrong one that the execution-apis write.</summary>
    public Hash256 StorageKey(int index)
    {
        if (Has(index) && ArgParsers.Word(array[index], out _) is not null)
            Error ??= new RpcError(RpcError.InvalidParams, $"invalid hex in storage key: {ArgParsers.Show(array[index])}");
        return Take<Hash256>(index, ArgParsers.Word);
    }

    public Hash256 Hash(int index) => Take<Hash256>(index, ArgParsers.Hash);

    public Address Address(int index) => Take<Address>(index, ArgParsers.Address);

    public ulong Quantity(int index) => Take<ulong>(index, ArgParsers.Quantity);

    public byte[] Bytes(int index) => Take<byte[]>(index, ArgParsers.Bytes) ?? [];

    public string Text(int index) => Take<string>(index, ArgParsers.Text) ?? "";

    public bool Bool(int index, bool fallback) => Take(index, ArgParsers.Bool, fallback);

    public int Int(int index, int fallback, int max) => Math.Min(Take(index, ArgParsers.Int, fallback), max);

    /// <summary>A block parameter; `latest` where it is absent.</summary>
    public BlockParameter Block(int index) => Take(index, BlockParameter.Parse, BlockParameter.Latest) ?? BlockParameter.Latest;

    /// <summary>A block parameter that must be there.</summary>
    public BlockParameter RequiredBlock(int index) => Take<BlockParameter>(index, BlockParameter.Parse) ?? BlockParameter.Latest;

    /// <summary>A tag or a number that must be there.</summary>
    public BlockParameter NumberOrTag(int index) =>
        Take<BlockParameter>(index, BlockParameter.ParseTagOrNumber) ?? BlockParameter.Latest;

    /// <summary>The fields of an object; none where it is absent.</summary>
    public RpcFields Fields(int index)
    {
        if (!Has(index)) return new RpcFields(this, index, default);
        var json = array[index];
        if (json.ValueKind != JsonValueKind.Object) Fail(index, $"an object was expected, not {ArgParsers.Show(json)}");
        return new RpcFields(this, index, json);
    }

    public void Fail(int index, string why) => Error ??= RpcError.Argument(index, why);
}

/// <summary>The fields of an object argument, under the same rule as <see cref="RpcArgs"/>.</summary>
public readonly struct RpcFields(RpcArgs args, int index, JsonElement json)
{
    private readonly bool _isObject = json.ValueKind == JsonValueKind.Object;

    public bool Has(string name) => Find(name, out _);

    public T Take<T>(string name, ArgParser<T> parse, T fallback)
    {
        if (!Find(name, out var field)) return fallback;
        var why = parse(field, out var value);
        if (why is null) return value;
        Fail($"`{name}`: {why}");
        return fallback;
    }

    public T? TakeOptional<T>(string name, ArgParser<T> parse)
        where T : struct
    {
        if (!Find(name, out var field)) return null;
        var why = parse(field, out var value);
        if (why is null) return value;
        Fail($"`{name}`: {why}");
        return null;
    }

    public bool Find(string name, out JsonElement field)
    {
        field = default;
        return _isObject && json.TryGetProperty(name, out field) && field.ValueKind != JsonValueKind.Null;
    }

    public void Fail(string why) => args.Fail(index, why);
}
