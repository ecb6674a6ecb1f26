using Chain.Execution;
using Chain.Node;

namespace Chain.Rpc;

/// <summary>
/// A JSON-RPC error object. Codes as in JSON-RPC 2.0, EIP-1474 and geth, whose words client libraries look for.
/// </summary>
public sealed record RpcError(int Code, string Message)
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;

    /// <summary>The general refusal of a node ("nonce too low").</summary>
    public const int ServerError = -32000;

    /// <summary>EIP-1474: what was asked for does not exist.</summary>
    public const int NotFound = -32001;

    /// <summary>EIP-1474: it exists but cannot be had now; also a call that took too long.</summary>
    public const int Unavailable = -32002;

    /// <summary>geth: the answers of a batch are too large together.</summary>
    public const int ResponseTooLarge = -32003;

    /// <summary>EIP-1474: the method is known, and this chain has no use for it.</summary>
    public const int NotSupported = -32004;

    /// <summary>EIP-1474: more than a limit allows.</summary>
    public const int LimitExceeded = -32005;

    /// <summary>geth: a call that reverted; the data is what it returned.</summary>
    public const int Reverted = 3;

    /// <summary>Hex bytes beside the message; null for none.</summary>
    public string? Data { get; init; }

    public static RpcError Argument(int index, string why) => new(InvalidParams, $"invalid argument {index}: {why}");

    public static RpcError Refused(string message) => new(ServerError, message);

    public static RpcError TimedOut(TimeSpan limit) =>
        new(Unavailable, $"request timed out: the limit is {limit.TotalSeconds:0.#} s");

    /// <summary>What the sender of a transaction is told: geth's words, then the values.</summary>
    public static RpcError Of(PoolError error) => Refused(PoolErrorText.Of(error));

    public static RpcError Of(TransactionError error) => Refused(error.Message);
}
