using System.Text.Json;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>Which block a caller means: a tag, a number, a hash, or the object of EIP-1898.</summary>
public abstract record BlockParameter
{
    private BlockParameter()
    {
    }

    public static readonly BlockParameter Latest = new ByTag(BlockTag.Latest);

    public sealed record ByTag(BlockTag Tag) : BlockParameter;

    public sealed record ByNumber(ulong Number) : BlockParameter;

    public sealed record ByHash(Hash256 Hash, bool RequireCanonical) : BlockParameter;

    public static string? Parse(JsonElement json, out BlockParameter value)
    {
        value = Latest;
        return json.ValueKind switch
        {
            JsonValueKind.String => ParseText(json, out value),
            JsonValueKind.Object => ParseObject(json, out value),
            _ => $"{ArgParsers.Show(json)} is not a block: {Expected}",
        };
    }

    /// <summary>A tag or a number only, as `eth_getBlockByNumber` takes.</summary>
    public static string? ParseTagOrNumber(JsonElement json, out BlockParameter value)
    {
        var why = Parse(json, out value);
        return why ?? (value is ByHash ? $"{ArgParsers.Show(json)} is a hash where a block number or tag was expected" : null);
    }

    private const string Expected =
        "a tag (latest, pending, earliest, safe, finalized), a quantity, a hash or an EIP-1898 object was expected";

    private static string? ParseText(JsonElement json, out BlockParameter value)
    {
        value = Latest;
        switch (ArgParsers.TextOf(json))
        {
            case "latest" or "":
                return null;
            case "pending":
                value = new ByTag(BlockTag.Pending);
                return null;
            case "earliest":
                value = new ByTag(BlockTag.Earliest);
                return null;
            case "safe":
                value = new ByTag(BlockTag.Safe);
                return null;
            case "finalized":
                value = new ByTag(BlockTag.Finalized);
                return null;
            case { Length: 66 }:
                var badHash = ArgParsers.Hash(json, out var hash);
                value = new ByHash(hash, RequireCanonical: false);
                return badHash;
            default:
                var badNumber = ArgParsers.Quantity(json, out var number);
                value = new ByNumber(number);
                return badNumber is null ? null : $"{badNumber}; {Expected}";
        }
    }

    private static string? ParseObject(JsonElement json, out BlockParameter value)
    {
        value = Latest;
        var hasHash = json.TryGetProperty("blockHash", out var hashJson) && hashJson.ValueKind != JsonValueKind.Null;
        var hasNumber = json.TryGetProperty("blockNumber", out var numberJson) && numberJson.ValueKind != JsonValueKind.Null;
        if (hasHash == hasNumber) return "exactly one of blockHash and blockNumber must be given (EIP-1898)";
        if (hasNumber)
            return numberJson.ValueKind == JsonValueKind.String
                ? ParseText(numberJson, out value)
                : $"{ArgParsers.Show(numberJson)} is not a block number";
        var requireCanonical = false;
        if (json.TryGetProperty("requireCanonical", out var flag) && ArgParsers.Bool(flag, out requireCanonical) is { } badFlag)
            return badFlag;
        var why = ArgParsers.Hash(hashJson, out var hash);
        value = new ByHash(hash, requireCanonical);
        return why;
    }
}

public enum BlockTag
{
    Latest,
    Pending,
    Earliest,
    Safe,
    Finalized,
}
