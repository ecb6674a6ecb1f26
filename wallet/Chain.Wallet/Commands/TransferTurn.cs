using System.Text.Json.Nodes;
using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>
/// What happens once the account's lock is held, before a transfer is signed: everything that another program may have changed
/// while this one asked is looked at again, and earlier transfers that the node lost are offered to it again.
/// </summary>
internal static class TransferTurn
{
    /// <param name="session">The command.</param>
    /// <param name="order">The transfer as it was planned and confirmed.</param>
    /// <param name="asked">An equal earlier transfer that was asked about.</param>
    /// <param name="offered">Gets what was offered again, for the document.</param>
    /// <param name="cancel">Ends it before anything is signed.</param>
    /// <returns>The order with the nonce that it is to have.</returns>
    /// <exception cref="WalletException">It cannot be sent any more.</exception>
    public static async Task<TransferOrder> TakeAsync(Session session, TransferOrder order, Hash256? asked, JsonArray offered,
        CancellationToken cancel)
    {
        var review = await order.Account.ReviewAsync(cancel).ConfigureAwait(false);
        foreach (var note in review.Notes.Except(order.Planned.Review.Notes)) session.Screen.Note($"note: {note}");

        TransferDoubts.RaiseDamage(session, order.Question is not null);

        // A node that gave a believable nonce when the transfer was planned may give any now.
        if (!order.HasFixedNonce && review.NonceDoubt() != order.Planned.Review.NonceDoubt())
            session.Insist(TransferDoubt.OfNonce(review), order.Question is not null);
        order = order with { Planned = order.Planned with { Review = review } };
        await TransferDoubts.RaiseTwinAsync(session, order, asked, hasTurn: true, cancel).ConfigureAwait(false);
        var plan = order.Plan;
        if (order.HasFixedNonce && plan.Nonce < review.Mined) throw await UsedAsync(session, order, cancel).ConfigureAwait(false);
        var nonce = order.HasFixedNonce ? plan.Nonce
            : await NextNonceAsync(session, order, offered, cancel).ConfigureAwait(false);
        if (nonce != plan.Nonce) session.Screen.Note($"note: nonce {plan.Nonce} is taken meanwhile; this transfer has nonce "
            + $"{nonce}.");
        plan = plan with { Nonce = nonce };
        if (order.Replaces is null)
        {
            var available = await session.Planner.AvailableAsync(plan, review, order.TakesAll, cancel).ConfigureAwait(false);
            if (order.TakesAll && available != TransferCost.Add(plan.Value,
                plan.MaximumFee)) throw new WalletException(ExitCode.Failed,
                $"What {plan.From} has changed meanwhile, so all is not {Amount.InEther(plan.Value)} any more. Nothing was "
                + "signed; repeat the command.");
            TransferPlanner.CheckFunds(plan, available);
        }

        return order with { Planned = order.Planned with { Plan = plan } };
    }

    private static async Task<ulong> NextNonceAsync(Session session, TransferOrder order, JsonArray offered,
        CancellationToken cancel)
    {
        var turn = await NonceTurn.TakeAsync(order.Account, order.Planned.Review, cancel).ConfigureAwait(false);
        foreach (var hash in turn.OfferedAgain) offered.Add((JsonNode)hash.ToString());
        foreach (var note in turn.Notes) session.Screen.Note($"note: {note}");
        return turn.Nonce;
    }

    private static async Task<WalletException> UsedAsync(Session session, TransferOrder order, CancellationToken cancel)
    {
        var plan = order.Plan;
        if (order.Replaces is { } replaced)
        {
            var block = (await session.Node.PlaceOfAsync(replaced, cancel).ConfigureAwait(false))?.BlockNumber;
            return new WalletException(ExitCode.Failed, block is null
                ? $"Nonce {plan.Nonce} of {plan.From} is used by another transfer than {replaced}: there is nothing to "
                    + "replace. Nothing was signed."
                : $"The transfer {replaced} is in block {block} meanwhile: there is nothing to replace. Nothing was signed.");
        }

        var occupant = await session.Node.HashByNonceAsync(plan.From.Address, plan.Nonce, cancel).ConfigureAwait(false);
        return new WalletException(
            ExitCode.Failed,
            $"Nonce {plan.Nonce} of {plan.From.Address} is already used by "
                + $"{(occupant is { } hash ? $"the transfer {hash}" : "a transfer in the chain")}: `wallet history` shows "
                + "which; for a new transfer leave out --nonce. Nothing was signed.");
    }
}
