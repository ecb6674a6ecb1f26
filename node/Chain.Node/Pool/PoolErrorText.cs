namespace Chain.Node;

/// <summary>Pool errors in the words that Ethereum nodes use and client libraries look for, followed by the values.</summary>
public static class PoolErrorText
{
    public static string Of(PoolError error) => error switch
    {
        PoolError.Invalid invalid => invalid.Error.Message,
        PoolError.AlreadyKnown => "already known",
        PoolError.ReplacementUnderpriced e =>
            $"replacement transaction underpriced: needs maxFeePerGas {e.RequiredMaxFee} and maxPriorityFeePerGas "
                + $"{e.RequiredPriorityFee} wei at least",
        PoolError.Underpriced e =>
            $"transaction underpriced: the pool is full; a miner would get {e.Offered} wei per gas, {e.Required} needed",
        PoolError.AccountLimit e => $"txpool is full: the sender has {e.Limit} transactions waiting already",
        PoolError.QueueFull e => $"txpool is full: {e.Limit} transactions wait for an earlier nonce already",
        PoolError.NonceTooFarAhead e => $"nonce too high: next nonce {e.Expected}, tx nonce {e.Got}; at most {e.Limit} ahead",
        PoolError.TooLarge e => $"oversized data: transaction size {e.Bytes}, limit {e.Limit}",
        _ => throw new InvalidOperationException($"No text for {error.GetType().Name}."),
    };
}
