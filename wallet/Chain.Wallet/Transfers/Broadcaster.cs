using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>Signs a plan and hands it to the node.</summary>
public sealed class Broadcaster(NodeClient node)
{
    private const int Attempts = 5;

    /// <summary>
    /// Sends. When the wallet itself chose the nonce and another transfer of the account took it in between, the next free
    /// one is taken: a refused transaction is nowhere, so nothing is paid twice.
    /// </summary>
    /// <returns>The transaction that the node accepted, and the plan with the nonce it finally has.</returns>
    public async Task<(Transaction Transaction, TransferPlan Plan)> SendAsync(TransferPlan plan, PrivateKey key, bool mayChangeNonce, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var transaction = plan.Sign(key);
            var reply = await node.SendRawAsync(transaction, cancel).ConfigureAwait(false);
            if (reply is RpcReply.Ok ok)
            {
                var hash = new Answer("eth_sendRawTransaction", ok.Result).Hash();
                return hash == transaction.Hash
                    ? (transaction, plan)
                    : throw new WalletException(ExitCode.Failed, $"The node at {node.Url} answers {hash} to the transfer {transaction.Hash}. Do not trust this node; look for both with `wallet watch`.");
            }

            var error = (RpcReply.Error)reply;
            if (Says(error, "already known")) return (transaction, plan);
            if (!mayChangeNonce || attempt == Attempts || !IsNonceTaken(error)) throw Refused(plan, error);
            var next = await node.NonceAsync(plan.From.Address, "pending", cancel).ConfigureAwait(false);
            if (next == plan.Nonce) throw Refused(plan, error);
            plan = plan with { Nonce = next };
        }
    }

    private static bool IsNonceTaken(RpcReply.Error error) => Says(error, "nonce too low") || Says(error, "underpriced") && Says(error, "replacement");

    private static bool Says(RpcReply.Error error, string words) => error.Message.Contains(words, StringComparison.OrdinalIgnoreCase);

    private WalletException Refused(TransferPlan plan, RpcReply.Error error)
    {
        var advice = true switch
        {
            _ when Says(error, "nonce too low") => $"Nonce {plan.Nonce} of {plan.From.Address} is already used by a transfer in the chain: `wallet history` shows which; for a new transfer leave out --nonce.",
            _ when Says(error, "replacement") => $"A transfer with nonce {plan.Nonce} waits in the pool with a fee too near this one: raise it with --bump, or see `wallet speed-up` and `wallet cancel`.",
            _ when Says(error, "insufficient funds") => $"Together with what waits in the pool, {plan.From.Address} cannot pay {Amount.InEther(plan.Value)} and a fee of at most {Amount.InEther(plan.MaximumFee)}.",
            _ when Says(error, "gas") && Says(error, "intrinsic") => $"{plan.GasLimit} gas is too little for this transfer: leave out --gas.",
            _ when Says(error, "base fee") || Says(error, "underpriced") => $"The offer of {Amount.InGwei(plan.Fees.MaxFeePerGas)} per gas is below what the node takes: raise --max-fee and --priority-fee.",
            _ => "",
        };
        return new WalletException(ExitCode.Failed, $"The node at {node.Url} refused the transfer: {error.Message} (code {error.Code}). {advice}".TrimEnd());
    }
}
