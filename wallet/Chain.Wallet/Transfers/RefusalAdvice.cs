namespace Chain.Wallet;

/// <summary>What to do about a transfer that a node refused.</summary>
internal static class RefusalAdvice
{
    /// <summary>A sentence; empty where there is no advice.</summary>
    public static string For(TransferPlan plan, RpcReply.Error error) => true switch
    {
        _ when error.Says("replacement") => $"A transfer with nonce {plan.Nonce} waits in the pool with a fee too near this "
            + "one: raise it with --bump, or see `wallet speed-up` and `wallet cancel`.",
        _ when error.Says("insufficient funds") =>
            $"Together with what waits in the pool, {plan.From.Address} cannot pay {Amount.InEther(plan.Value)} and a fee of "
            + $"at most {Amount.InEther(plan.MaximumFee)}.",
        _ when error.Says("gas") && error.Says("intrinsic") =>
            $"{plan.GasLimit} gas is too little for this transfer: leave out --gas.",
        _ when error.Says("base fee") || error.Says("underpriced") =>
            $"The offer of {Amount.InGwei(plan.Fees.MaxFeePerGas)} per gas is below what the node takes: raise --max-fee and "
            + "--priority-fee.",
        _ => "",
    };
}
