using System.Text.Json;

namespace Chain.Rpc.Client;

/// <summary>What a node answered to one call.</summary>
public abstract record RpcReply
{
    private RpcReply() { }

    public sealed record Ok(JsonElement Result) : RpcReply;

    /// <summary>A JSON-RPC error object; its message as a terminal may see it.</summary>
    public sealed record Error(int Code, string Message) : RpcReply
    {
        /// <summary>Whether the message has these words in it, in whatever case.</summary>
        public bool Says(string words) => Message.Contains(words, StringComparison.OrdinalIgnoreCase);

        /// <summary>Whether the node lacks the method, rather than disliking the call.</summary>
        public bool IsMethodMissing => Code is -32601 or -32004
            || (Says("method")
                && (Says("not found") || Says("not supported") || Says("not available") || Says("does not exist")));
    }
}
