using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>What the user said about fees; null: let the wallet decide.</summary>
/// <param name="Legacy">Sign a legacy transaction with one gas price.</param>
/// <param name="MaxFee">Wei per gas in all, at most; the gas price of a legacy transaction.</param>
/// <param name="PriorityFee">Wei per gas to the miner, at most.</param>
public sealed record FeeWishes(bool Legacy, UInt256? MaxFee, UInt256? PriorityFee);

/// <summary>What a transfer offers per gas.</summary>
public sealed record Fees(TransactionType Type, UInt256 MaxFeePerGas, UInt256 MaxPriorityFeePerGas, UInt256 BaseFeePerGas)
{
    private const ulong Gwei = 1_000_000_000;

    /// <summary>The price per gas if the next block's base fee is that of the last.</summary>
    public UInt256 ExpectedPrice =>
        Type == TransactionType.DynamicFee ? UInt256.Min(MaxFeePerGas, BaseFeePerGas + MaxPriorityFeePerGas) : MaxFeePerGas;

    /// <summary>
    /// Fits an offer to the node's present prices: twice the base fee and the suggested tip, so that six full blocks in a
    /// row do not price it out. A chain without a base fee gets a legacy transaction.
    /// </summary>
    /// <exception cref="WalletException"><see cref="ExitCode.Usage"/>: the wishes contradict each other.</exception>
    /// <exception cref="UnexpectedAnswerException">The node's prices are absurd.</exception>
    public static async Task<Fees> QuoteAsync(NodeClient node, BlockSummary? head, FeeWishes wishes, CancellationToken cancel)
    {
        if (wishes is { Legacy: true, PriorityFee: not null })
            throw new WalletException(ExitCode.Usage,
                "A legacy transfer has one gas price: give it with --max-fee and leave out --priority-fee.");
        if (wishes is { MaxFee: { } max, PriorityFee: { } tip } && tip > max)
            throw new WalletException(ExitCode.Usage,
                $"--priority-fee {Amount.InGwei(tip)} is more than --max-fee {Amount.InGwei(max)}; it is a part of it.");
        var baseFee = head?.BaseFeePerGas is { } given ? SuggestedFigures.Price("base fee", given, node.Url) : (UInt256?)null;
        if (wishes.Legacy || baseFee is null)
        {
            if (wishes.PriorityFee is not null)
                throw new WalletException(ExitCode.Usage,
                    "This chain has no base fee, so there is no --priority-fee: give the gas price with --max-fee.");
            var price = wishes.MaxFee ?? SuggestedFigures.Price("gas price",
                await node.GasPriceAsync(cancel).ConfigureAwait(false), node.Url);
            return new Fees(TransactionType.Legacy, price, price, baseFee ?? UInt256.Zero);
        }

        var priority = wishes.PriorityFee ?? SuggestedFigures.Price("priority fee",
            await node.PriorityFeeAsync(cancel).ConfigureAwait(false) ?? Gwei, node.Url);
        var maxFee = wishes.MaxFee ?? ((baseFee.Value * 2) + priority);
        return new Fees(TransactionType.DynamicFee, maxFee, UInt256.Min(priority, maxFee), baseFee.Value);
    }

    /// <summary>
    /// The offer for a replacement: the old one raised by a percentage in both parts, or the present price where that is more.
    /// </summary>
    public Fees ToReplace(Transaction old, int bumpPercent)
    {
        var (floorMax, floorTip) = (Raise(old.MaxFeePerGas, bumpPercent), Raise(old.MaxPriorityFeePerGas, bumpPercent));
        if (old.Type != TransactionType.DynamicFee)
            return new Fees(old.Type, UInt256.Max(floorMax, MaxFeePerGas), UInt256.Max(floorMax, MaxFeePerGas), BaseFeePerGas);
        var tip = UInt256.Max(floorTip, MaxPriorityFeePerGas);
        return new Fees(old.Type, UInt256.Max(UInt256.Max(floorMax, MaxFeePerGas), tip), tip, BaseFeePerGas);
    }

    /// <summary>An amount and so many percent of it, rounded up to the next wei.</summary>
    public static UInt256 Raise(UInt256 wei, int percent) => ((wei * (ulong)(100 + percent)) + 99) / 100;
}
