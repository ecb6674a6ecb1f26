using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>What the user asked to send; null: let the wallet decide.</summary>
/// <param name="Value">Wei; null: everything that is left after the fee and the transfers that wait.</param>
public sealed record TransferWish(Account From, Account To, UInt256? Value, ReadOnlyMemory<byte> Data, ulong? Nonce, ulong? Gas,
    FeeWishes Fees);

/// <summary>A plan, the account's other transfers, and what they leave of its ether.</summary>
/// <param name="Plan">With every number decided.</param>
/// <param name="Account">The account's transfers on this chain.</param>
/// <param name="Review">What was known of them when the plan was made.</param>
public sealed record PlannedTransfer(TransferPlan Plan, AccountTransfers Account, AccountReview Review);

/// <summary>
/// Turns a wish into a plan by asking the node and the book, and refuses what cannot succeed before anything is signed.
/// </summary>
public sealed class TransferPlanner(NodeClient node, WalletBook book, TimeProvider time)
{
    private const ulong PlainTransferGas = 21_000;

    // A node may name any nonce: what waits is counted up to here.
    private const int MaxStrangers = 1024;

    /// <exception cref="WalletException">
    /// <see cref="ExitCode.Failed"/>: a development account on another chain, too little ether, or a transfer that would not
    /// execute.
    /// </exception>
    public async Task<PlannedTransfer> PlanAsync(TransferWish wish, ulong? expectedChainId, CancellationToken cancel)
    {
        var chainId = await ChainIdAsync(expectedChainId, wish.From, wish.To, cancel).ConfigureAwait(false);
        var account = await AccountAsync(wish.From, chainId, cancel).ConfigureAwait(false);
        var review = await account.ReviewAsync(cancel).ConfigureAwait(false);
        var head = await node.BlockAsync("latest", cancel).ConfigureAwait(false);
        var plan = new TransferPlan
        {
            ChainId = chainId,
            From = wish.From,
            To = wish.To,
            Value = wish.Value ?? UInt256.Zero,
            Nonce = wish.Nonce ?? NonceChoice.Of(review).Nonce,
            GasLimit = wish.Gas ?? PlainTransferGas,
            Fees = await Fees.QuoteAsync(node, head, wish.Fees, cancel).ConfigureAwait(false),
            Data = wish.Data,
        };

        // Before the estimate, which a node refuses to a poor account in words of its own.
        var available = await AvailableAsync(plan, review, takesAll: wish.Value is null, cancel).ConfigureAwait(false);
        CheckFunds(plan, available);
        if (wish.Gas is null) plan = plan with { GasLimit = await EstimateAsync(plan, head, cancel).ConfigureAwait(false) };
        CheckFunds(plan, available);
        if (wish.Value is null) plan = plan with { Value = available - plan.MaximumFee };
        return new PlannedTransfer(plan, account, review);
    }

    /// <summary>The transfers of an account on the node's chain.</summary>
    public async Task<AccountTransfers> AccountAsync(Account account, ulong chainId, CancellationToken cancel)
    {
        var chain = await AccountTransfers.IdentifyAsync(node, chainId, cancel).ConfigureAwait(false);
        return new AccountTransfers(node, book, time, chain, account.Address);
    }

    /// <summary>
    /// Wei that a plan may use: the balance without what the transfers before it can cost, and where it takes all, those after
    /// it.
    /// </summary>
    /// <param name="plan">With its nonce.</param>
    /// <param name="review">The account's other transfers.</param>
    /// <param name="takesAll">Whether every transfer that waits has to be known.</param>
    public async Task<UInt256> AvailableAsync(TransferPlan plan, AccountReview review, bool takesAll, CancellationToken cancel)
    {
        var balance = await node.BalanceAsync(plan.From.Address, "latest", cancel).ConfigureAwait(false);
        bool IsReserved(ulong nonce) => takesAll ? nonce != plan.Nonce : nonce < plan.Nonce;
        var waiting = review.Open.Where(open => IsReserved(open.Entry.Nonce)).GroupBy(open => open.Entry.Nonce)
            .ToDictionary(group => group.Key, group => group.Select(open => open.Entry.MaximumCost).Max());
        if (takesAll) await AddStrangersAsync(plan, review, waiting, cancel).ConfigureAwait(false);
        var reserved = waiting.Values.Aggregate(UInt256.Zero, TransferCost.Add);
        return UInt256.TrySubtract(balance, reserved, out var left) ? left : UInt256.Zero;
    }

    /// <summary>The node's chain id, once it is certain that these accounts may be used there.</summary>
    public async Task<ulong> ChainIdAsync(ulong? expected, Account from, Account? to, CancellationToken cancel)
    {
        var chainId = await node.ChainIdAsync(cancel).ConfigureAwait(false);
        if (expected is { } wanted && wanted != chainId)
            throw new WalletException(ExitCode.Failed,
                $"The node at {node.Url} is of chain {chainId}, not {wanted}. Nothing was sent; check --rpc or --chain-id.");
        foreach (var account in new[] { from, to })
        {
            if (account is null || chainId == DevAccounts.ChainId || DevAccounts.IndexOf(account.Address) is not { } index)
                continue;
            throw new WalletException(ExitCode.Failed,
                $"{account.Address} is the development account {DevAccounts.Name(index)}, whose key everybody knows; it is for "
                    + $"chain {DevAccounts.ChainId} only, and the node at {node.Url} is of chain {chainId}. Nothing was sent.");
        }

        return chainId;
    }

    /// <summary>Refuses a plan that the account cannot pay for.</summary>
    /// <param name="plan">What is to be sent.</param>
    /// <param name="available">Wei that no other transfer needs.</param>
    public static void CheckFunds(TransferPlan plan, UInt256 available)
    {
        var needed = TransferCost.Add(plan.Value, plan.MaximumFee);
        if (needed == UInt256.MaxValue) throw new WalletException(ExitCode.Usage,
            $"The value and a fee of {plan.GasLimit} gas at {Amount.InGwei(plan.Fees.MaxFeePerGas)} are more than 256 bits of "
            + "wei can hold. Check --value, --max-fee and --gas.");
        if (needed <= available) return;
        throw new WalletException(
            ExitCode.Failed,
            $"Insufficient funds: {plan.From} has {Amount.InEther(available)} that no waiting transfer needs; the transfer of "
                + $"{Amount.InEther(plan.Value)} and a fee of at most {Amount.InEther(plan.MaximumFee)} need "
                + $"{Amount.InEther(needed)}. "
            + "Send less, use --value all, or on a local network `wallet faucet` the account.");
    }

    // What waits at the node and was signed elsewhere.
    private async Task AddStrangersAsync(TransferPlan plan, AccountReview review, Dictionary<ulong, UInt256> waiting,
        CancellationToken cancel)
    {
        var missing = new List<ulong>();
        for (var nonce = review.Mined; nonce < Math.Min(review.Pending, plan.Nonce); nonce++)
        {
            if (!waiting.ContainsKey(nonce)) missing.Add(nonce);
            if (missing.Count > MaxStrangers) break;
        }

        if (missing.Count == 0) return;
        if (missing.Count > MaxStrangers)
        {
            throw new WalletException(
                ExitCode.Failed,
                $"The node at {node.Url} says that more than {MaxStrangers} transfers of {plan.From} wait that this wallet "
                + "does not know, so what all is cannot be known. Give an amount, or ask another node.");
        }

        var pool = await node.WaitingCostsAsync(plan.From.Address, cancel).ConfigureAwait(false);
        foreach (var nonce in missing)
        {
            waiting[nonce] = pool is not null && pool.TryGetValue(nonce, out var cost) ? cost : throw new WalletException(
                ExitCode.Failed,
                $"A transfer of {plan.From} with nonce {nonce} waits in the pool of {node.Url}, and neither the book nor "
                    + "the node (txpool_contentFrom) says how much it takes, so what all is cannot be known. Wait until it "
                    + "is mined, or give an amount.");
        }
    }

    private async Task<ulong> EstimateAsync(TransferPlan plan, BlockSummary? head, CancellationToken cancel)
    {
        var reply = await node.EstimateGasAsync(plan.From.Address, plan.To.Address, plan.Value, plan.Data, cancel)
            .ConfigureAwait(false);
        if (reply is RpcReply.Ok ok) return SuggestedFigures.Gas(new Answer("eth_estimateGas", ok.Result).Number(),
            head?.GasLimit, node.Url);
        var error = (RpcReply.Error)reply;
        if (error.IsMethodMissing && plan.Data.IsEmpty) return PlainTransferGas;
        throw new WalletException(ExitCode.Failed,
            $"The node says this transfer would fail: {error.Message} (code {error.Code}). Nothing was sent; to send it all "
                + $"the same, give --gas.");
    }
}
