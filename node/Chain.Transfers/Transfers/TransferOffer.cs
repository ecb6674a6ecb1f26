using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Transfers;

/// <summary>What a node answered to signed bytes.</summary>
internal abstract record OfferAnswer
{
    private OfferAnswer() { }

    /// <summary>What it answered, as a part of a sentence.</summary>
    public abstract string Words { get; }

    /// <summary>It answers the transfer's hash.</summary>
    public sealed record Taken : OfferAnswer
    {
        public override string Words => "the node accepted it";
    }

    public sealed record Error(RpcReply.Error Reply) : OfferAnswer
    {
        public override string Words => $"the node answered \"{Reply.Message}\" (code {Reply.Code})";

        public bool IsAlreadyKnown => Reply.Says("already known") || Reply.Says("alreadyknown")
            || Reply.Says("known transaction") || Reply.Says("already imported");

        public bool IsNonceTooLow => Reply.Says("nonce too low") || Reply.Says("nonce is too low") || Reply.Says("oldnonce");
    }

    /// <summary>Something else than the transfer's hash.</summary>
    public sealed record Odd(string What) : OfferAnswer
    {
        public override string Words => What;
    }

    /// <summary>No answer: the connection broke, the time ran out, or something on the way answered instead.</summary>
    public sealed record None(string Reason) : OfferAnswer
    {
        public override string Words => $"no answer came ({Reason})";
    }

    /// <summary>The person did not wait for the answer.</summary>
    public sealed record Interrupted : OfferAnswer
    {
        public override string Words => "the program was interrupted before the node answered";
    }
}

/// <summary>Hands signed bytes to a node, once.</summary>
internal static class TransferOffer
{
    /// <summary>Never throws for what a node or the network does.</summary>
    public static async Task<OfferAnswer> MakeAsync(EthClient node, Transaction transaction, CancellationToken cancel)
    {
        try
        {
            var reply = await node.SendRawAsync(transaction, cancel).ConfigureAwait(false);
            if (reply is RpcReply.Error error) return new OfferAnswer.Error(error);
            var answered = new Answer("eth_sendRawTransaction", ((RpcReply.Ok)reply).Result).Hash();
            return answered == transaction.Hash ? new OfferAnswer.Taken()
                : new OfferAnswer.Odd($"the node answered {answered}, which is another transaction's hash");
        }
        catch (NodeUnreachableException e)
        {
            return new OfferAnswer.None(e.Reason);
        }
        catch (UnexpectedAnswerException)
        {
            return new OfferAnswer.Odd("the node's answer was no hash");
        }
        catch (OperationCanceledException)
        {
            return new OfferAnswer.Interrupted();
        }
    }
}
