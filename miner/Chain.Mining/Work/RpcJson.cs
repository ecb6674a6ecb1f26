using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chain.Mining;

internal sealed record RpcRequest(string Method, IReadOnlyList<string> Params)
{
    public string Jsonrpc { get; } = "2.0";

    public int Id { get; } = 1;
}

/// <summary>An answer, or a notification (then <paramref name="Method"/> is set).</summary>
internal sealed record RpcResponse(JsonElement? Result, string? Method, RpcNotice? Params);

internal sealed record RpcNotice(string? Subscription, IReadOnlyList<string>? Result);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RpcRequest))]
[JsonSerializable(typeof(RpcResponse))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class RpcJson : JsonSerializerContext;
