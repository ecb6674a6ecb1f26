using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chain.Mining;

internal sealed record RpcRequest(string Method, IReadOnlyList<string> Params)
{
    public string Jsonrpc { get; } = "2.0";

    public int Id { get; } = 1;
}

/// <summary>An answer, or a notification (then <paramref name="Method"/> is set).</summary>
internal sealed record RpcResponse(JsonElement? Result, RpcFault? Error, string? Method, RpcNotice? Params);

internal sealed record RpcFault(int Code, string? Message);

internal sealed record RpcNotice(string? Subscription, IReadOnlyList<string>? Result);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RpcRequest))]
[JsonSerializable(typeof(RpcResponse))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class RpcJson : JsonSerializerContext;

/// <summary>A node answered with an error of its own.</summary>
internal sealed class RpcFaultException(int code, string message) : Exception($"{message} (code {code})")
{
    /// <summary>JSON-RPC 2.0: the method does not exist.</summary>
    public const int MethodNotFound = -32601;

    /// <summary>EIP-1474: the method is known, and this chain has no use for it.</summary>
    public const int NotSupported = -32004;

    /// <summary>Whether asking again is of no use.</summary>
    public bool IsForGood => Code is MethodNotFound or NotSupported;

    public int Code => code;
}

/// <summary>No node will ever give work.</summary>
public sealed class NoWorkException(string message) : Exception(message);

/// <summary>A node could not be reached, or what it said makes no sense.</summary>
internal sealed class NodeUnreachableException(string message, Exception? inner = null) : Exception(message, inner);
