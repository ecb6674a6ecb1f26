using System.CommandLine;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary><c>wallet speed-up</c> and <c>wallet cancel</c>: another transaction with the same nonce and a higher fee.</summary>
internal static class ReplaceCommands
{
    private const int MinBump = 10;
    private const int MaxBump = 10_000;
    private const ulong PlainTransferGas = 21_000;

    public static Command SpeedUp(CommandKit kit) => Create(
        kit,
        TransferPurpose.SpeedUp,
        "speed-up",
        "Send a waiting transfer again with a higher fee",
        "Replace it with this?",
        (known, account, plan) => plan with
        {
            To = account(known.Transaction.To ?? throw CreatesContract(known.Transaction)),
            Value = known.Transaction.Value,
            GasLimit = known.Transaction.GasLimit,
            Data = known.Transaction.Data,
            AccessList = known.Transaction.AccessList,
        });

    public static Command Cancel(CommandKit kit) => Create(
        kit,
        TransferPurpose.Cancel,
        "cancel",
        "Replace a waiting transfer by one of nothing to yourself",
        "Cancel it with this?",
        (_, _, plan) => plan);

    private static WalletException CreatesContract(Transaction transaction) =>
        new(ExitCode.Failed, $"{transaction.Hash} creates a contract; this wallet replaces transfers only.");

    private static Command Create(CommandKit kit, TransferPurpose purpose, string name, string description, string question,
        Func<KnownTransaction, Func<Address, Account>, TransferPlan, TransferPlan> fill)
    {
        var o = kit.Options;
        var hash = new Argument<string>("hash") { HelpName = "TXHASH", Description = "The waiting transfer" };
        Symbol[] symbols = [hash, o.Bump, o.MaxFee, o.PriorityFee, o.MaxTotalFee, o.ChainId, o.Yes, o.PasswordFile, o.Wait,
            o.Timeout, o.AttackerShare];
        return kit.Create(name, description, symbols, async (session, cancel) =>
        {
            var bump = session.Get(o.Bump);
            if (bump is < MinBump or > MaxBump)
                throw new WalletException(ExitCode.Usage, $"--bump: {bump} is not from {MinBump} to {MaxBump} percent.");
            var (known, isLost) =
                await WaitingAsync(session, Session.TransactionHash(session.Get(hash)!), cancel).ConfigureAwait(false);
            var from = session.Accounts.FindOwn(known.From.ToString());
            var chainId = await session.Planner.ChainIdAsync(session.Get(o.ChainId) ?? known.Transaction.ChainId, from, null,
                cancel).ConfigureAwait(false);
            var account = await session.Planner.AccountAsync(from, chainId, cancel).ConfigureAwait(false);
            var plan = fill(known, address => session.Accounts.FindNamed(address.ToString()), new TransferPlan
            {
                ChainId = chainId,
                From = from,
                To = from,
                Value = UInt256.Zero,
                Nonce = known.Transaction.Nonce,
                GasLimit = PlainTransferGas,
                Fees = await FeesAsync(session, known.Transaction, bump, cancel).ConfigureAwait(false),
            });
            TransferPlanner.CheckFunds(plan,
                await session.Node.BalanceAsync(from.Address, "latest", cancel).ConfigureAwait(false));
            session.Screen.Whole($"replaces   {known.Transaction.Hash}");
            var review = await account.ReviewAsync(cancel).ConfigureAwait(false);
            var planned = new PlannedTransfer(plan, account, review);
            var order = new TransferOrder(planned, purpose, FeeCap.For(session.Amount(o.MaxTotalFee), known.Transaction.Value))
            {
                Question = question,
                HasFixedNonce = true,
                HasChainId = true,
                Replaces = known.Transaction.Hash,
                Doubt = TransferDoubt.OfDisplaced(review, known.Transaction, isLost, plan.To.Address, plan.Value),
            };
            return await TransferFlow.RunAsync(session, order, cancel).ConfigureAwait(false);
        });
    }

    // The node's, or where it lost the transfer the book's, which is what was signed.
    private static async Task<(KnownTransaction Known, bool IsLost)> WaitingAsync(Session session, Hash256 hash,
        CancellationToken cancel)
    {
        if (await session.Node.TransactionAsync(hash, cancel).ConfigureAwait(false) is { } known)
        {
            return known.BlockNumber is { } number
                ? throw new WalletException(ExitCode.Failed,
                    $"The transfer {hash} is in block {number} already: there is nothing to replace.")
                : (known, false);
        }

        var signed = session.Book.Read().Transfers.FirstOrDefault(entry => entry.Hash == hash)
            ?? throw new WalletException(ExitCode.Unknown,
                $"Neither the node at {session.Node.Url} nor the book knows the transfer {hash}. `wallet watch {hash}` may "
                + "say what became of it.");
        session.Screen.Note($"note: the node at {session.Node.Url} does not know the transfer {hash}; it is taken from the "
            + "book.");
        return (new KnownTransaction(signed.Transaction, signed.From, null), true);
    }

    private static async Task<Fees> FeesAsync(Session session, Transaction old, int bump, CancellationToken cancel)
    {
        var wishes = session.FeeWishes();
        var isDynamic = old.Type == TransactionType.DynamicFee;
        var head = await session.Node.BlockAsync("latest", cancel).ConfigureAwait(false);
        var quote = await Fees.QuoteAsync(session.Node, head, new FeeWishes(!isDynamic, wishes.MaxFee, wishes.PriorityFee),
            cancel).ConfigureAwait(false);
        var (floorMax, floorTip) = (Fees.Raise(old.MaxFeePerGas, bump), Fees.Raise(old.MaxPriorityFeePerGas, bump));
        RefuseBelow("--max-fee", wishes.MaxFee, floorMax, bump);
        RefuseBelow("--priority-fee", wishes.PriorityFee, floorTip, bump);
        return quote.ToReplace(old, bump);
    }

    private static void RefuseBelow(string name, UInt256? wish, UInt256 floor, int bump)
    {
        if (wish is { } given && given < floor)
            throw new WalletException(ExitCode.Usage,
                $"{name}: {Amount.InGwei(given)} is less than {Amount.InGwei(floor)}, which is {bump} % above the waiting "
                    + $"transfer; no pool would take it.");
    }
}
