namespace Chain.Rpc.Client;

/// <summary>What a program wanted of a node or of its own book cannot be had; the message says why and what to do.</summary>
public abstract class ClientException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// No node answers at the address, or what answers does not speak JSON-RPC. The call may have reached it all the same.
/// </summary>
/// <param name="message">What was asked of whom, why there is no answer, and what to do.</param>
/// <param name="reason">Why there is no answer, as a part of a sentence.</param>
public sealed class NodeUnreachableException(string message, string reason) : ClientException(message)
{
    public string Reason { get; } = reason;
}

/// <summary>A node answers, but not as the execution-apis specify, or with figures that make no sense.</summary>
public sealed class UnexpectedAnswerException(string message) : ClientException(message);

/// <summary>A node answers a call that should succeed with a JSON-RPC error.</summary>
public sealed class CallRefusedException(string message) : ClientException(message);
