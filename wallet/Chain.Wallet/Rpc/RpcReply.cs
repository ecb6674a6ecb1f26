using System.Text.Json;

namespace Chain.Wallet;

/// <summary>What a node answered to one call.</summary>
public abstract record RpcReply
{
    private RpcReply() { }

    public sealed record Ok(JsonElement Result) : RpcReply;

    /// <summary>A JSON-RPC error object.</summary>
    public sealed record Error(int Code, string Message) : RpcReply
    {
        /// <summary>Whether the node lacks the method, rather than disliking the call.</summary>
        public bool IsMethodMissing => Code is -32601 or -32004
            || (Message.Contains("method", StringComparison.OrdinalIgnoreCase)
                && (Message.Contains("not found", StringComparison.OrdinalIgnoreCase) || Message.Contains("not supported", StringComparison.OrdinalIgnoreCase)
                    || Message.Contains("not available", StringComparison.OrdinalIgnoreCase) || Message.Contains("does not exist", StringComparison.OrdinalIgnoreCase)));
    }
}
