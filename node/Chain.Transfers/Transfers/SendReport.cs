using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Transfers;

/// <summary>How handing a signed transfer to a node ended.</summary>
/// <param name="Transfer">The transfer, with what is known of it now.</param>
/// <param name="Facts">In a sentence: its hash, what the node answered, and what looking for it showed. Empty where it was
/// simply accepted.</param>
/// <param name="Refusal">The node's error, where it answered with one.</param>
public sealed record SendReport(SignedTransfer Transfer, string Facts, RpcReply.Error? Refusal)
{
    public TransferFate Fate => Transfer.Fate;

    public Hash256 Hash => Transfer.Hash;

    /// <summary>Whether a node has it: in its pool, or in a block.</summary>
    public bool HasArrived => Transfer.HasArrived;

    /// <summary>What went wrong beside the transfer itself, such as a book that could not take its fate.</summary>
    public string? Warning { get; init; }
}
