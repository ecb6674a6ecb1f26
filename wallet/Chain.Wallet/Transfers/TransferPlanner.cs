using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>What the user asked to send; null: let the wallet decide.</summary>
/// <param name="Value">Wei; null: everything that is left after the fee.</param>
public sealed record TransferWish(Account From, Account To, UInt256? Value, ReadOnlyMemory<byte> Data, ulong? Nonce, ulong? Gas, FeeWishes Fees);

/// <summary>Turns a wish into a plan by asking the node, and refuses what cannot succeed before anything is signed.</summary>
public sealed class TransferPlanner(NodeClient node)
{
    private const ulong PlainTransferGas = 21_000;

    /// <exception cref="WalletException">
    /// <see cref="ExitCode.Failed"/>: a development account on another chain, too little ether, or a transfer that would not execute.
    /// </exception>
    public async Task<TransferPlan> PlanAsync(TransferWish wish, ulong? expectedChainId, CancellationToken cancel)
    {
        var chainId = await ChainIdAsync(expectedChainId, wish.From, wish.To, cancel).ConfigureAwait(false);
        var fees = await Fees.QuoteAsync(node, wish.Fees, cancel).ConfigureAwait(false);
        var nonce = wish.Nonce ?? await node.NonceAsync(wish.From.Address, "pending", cancel).ConfigureAwait(false);
        var balance = await node.BalanceAsync(wish.From.Address, "latest", cancel).ConfigureAwait(false);
        var plan = new TransferPlan
        {
            ChainId = chainId,
            From = wish.From,
            To = wish.To,
            Value = wish.Value ?? UInt256.Zero,
            Nonce = nonce,
            GasLimit = wish.Gas ?? PlainTransferGas,
            Fees = fees,
            Data = wish.Data,
        };

        // Before the estimate, which a node refuses to a poor account in words of its own.
        CheckFunds(plan, balance);
        if (wish.Gas is null) plan = plan with { GasLimit = await EstimateAsync(plan, cancel).ConfigureAwait(false) };
        if (wish.Value is null) plan = plan with { Value = balance - plan.MaximumFee };
        CheckFunds(plan, balance);
        return plan;
    }

    /// <summary>The node's chain id, once it is certain that these accounts may be used there.</summary>
    public async Task<ulong> ChainIdAsync(ulong? expected, Account from, Account? to, CancellationToken cancel)
    {
        var chainId = await node.ChainIdAsync(cancel).ConfigureAwait(false);
        if (expected is { } wanted && wanted != chainId)
            throw new WalletException(ExitCode.Failed, $"The node at {node.Url} is of chain {chainId}, not {wanted}. Nothing was sent; check --rpc or --chain-id.");
        foreach (var account in new[] { from, to })
        {
            if (account is null || chainId == DevAccounts.ChainId || DevAccounts.IndexOf(account.Address) is not { } index) continue;
            throw new WalletException(ExitCode.Failed, $"{account.Address} is the development account {DevAccounts.Name(index)}, whose key everybody knows; it is for chain {DevAccounts.ChainId} only, and the node at {node.Url} is of chain {chainId}. Nothing was sent.");
        }

        return chainId;
    }

    /// <summary>Refuses a plan that the account cannot pay for.</summary>
    public static void CheckFunds(TransferPlan plan, UInt256 balance)
    {
        if (UInt256.TryAdd(plan.Value, plan.MaximumFee, out var needed) && needed <= balance) return;
        throw new WalletException(
            ExitCode.Failed,
            $"Insufficient funds: {plan.From} has {Amount.InEther(balance)}; the transfer of {Amount.InEther(plan.Value)} and a fee of at most {Amount.InEther(plan.MaximumFee)} need {Amount.InEther(needed)}. "
            + "Send less, use --value all, or on a local network `wallet faucet` the account.");
    }

    private async Task<ulong> EstimateAsync(TransferPlan plan, CancellationToken cancel)
    {
        var reply = await node.EstimateGasAsync(plan.From.Address, plan.To.Address, plan.Value, plan.Data, cancel).ConfigureAwait(false);
        if (reply is RpcReply.Ok ok) return new Answer("eth_estimateGas", ok.Result).Number();
        var error = (RpcReply.Error)reply;
        if (error.IsMethodMissing && plan.Data.IsEmpty) return PlainTransferGas;
        throw new WalletException(ExitCode.Failed, $"The node says this transfer would fail: {error.Message} (code {error.Code}). Nothing was sent; to send it all the same, give --gas.");
    }
}
