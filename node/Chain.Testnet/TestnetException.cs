namespace Chain.Testnet;

/// <summary>A test network cannot do what was asked; the message says why, with the values, and what to do.</summary>
public class TestnetException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// What was asked makes no sense, whatever the state of the network: a value out of range, a text that is no time.
/// </summary>
public sealed class UsageException(string message) : TestnetException(message);

/// <summary>A node did not start. Below the reason, the message has the last lines of its log.</summary>
public sealed class NodeStartException(string message, Exception? inner = null) : TestnetException(message, inner);

/// <summary>The node that should answer does not run, or does not answer.</summary>
public sealed class NoNodeException(string message, Exception? inner = null) : TestnetException(message, inner);

/// <summary>The node answers a call with a JSON-RPC error.</summary>
public sealed class RefusedCallException : TestnetException
{
    internal RefusedCallException(string message, int code, string reason)
        : base(message) => (Code, Reason) = (code, reason);

    /// <summary>The error's code; 3 for a call that reverted.</summary>
    public int Code { get; }

    /// <summary>The error's message as the node gave it.</summary>
    public string Reason { get; }
}
