using Chain.Primitives;

namespace Chain.Wallet;

/// <summary>What a person has to be asked about a transfer before it is signed, beside whether to send it at all.</summary>
internal static class TransferDoubts
{
    /// <summary>
    /// Raises every doubt about a plan: the fee, the nonce, the chain, and an equal transfer that may have been accepted.
    /// </summary>
    /// <returns>The equal transfer that was asked about, if there was one.</returns>
    public static async Task<Hash256?> RaiseAsync(Session session, TransferOrder order, CancellationToken cancel)
    {
        var (plan, mayAsk) = (order.Plan, order.Question is not null);
        RaiseDamage(session, mayAsk);
        session.Insist(TransferDoubt.OfFee(order.Cap, plan.Fees.MaxFeePerGas, plan.GasLimit), mayAsk);
        session.Insist(order.Doubt, mayAsk);
        if (!order.HasFixedNonce) session.Insist(TransferDoubt.OfNonce(order.Planned.Review), mayAsk);
        if (!order.HasChainId && plan.From.DevIndex is null) session.Insist(TransferDoubt.OfChain(session.Book,
            session.Node.Url, plan.ChainId), mayAsk);
        return await RaiseTwinAsync(session, order, null, hasTurn: false, cancel).ConfigureAwait(false);
    }

    /// <summary>Asks about what the book has lost. Who accepts it is not asked again.</summary>
    public static void RaiseDamage(Session session, bool mayAsk)
    {
        if (TransferDoubt.OfDamage(session.Book.Files, session.Book.Read()) is not { } doubt) return;
        session.Insist(doubt, mayAsk);
        session.Book.AcceptDamage();
    }

    /// <summary>Asks about an equal transfer that may have been accepted.</summary>
    /// <param name="session">The command.</param>
    /// <param name="order">The transfer.</param>
    /// <param name="asked">One that was asked about before.</param>
    /// <param name="hasTurn">Whether the account's lock is held.</param>
    /// <param name="cancel">Ends the look for it.</param>
    /// <returns>The one that was asked about.</returns>
    public static async Task<Hash256?> RaiseTwinAsync(Session session, TransferOrder order, Hash256? asked, bool hasTurn,
        CancellationToken cancel)
    {
        if (order.IsAgain || order.Replaces is not null) return asked;
        var twin = await order.Account.UnclearTwinAsync(order.Planned.Review, order.Plan.To.Address, order.Plan.Value, hasTurn,
            cancel).ConfigureAwait(false);
        if (twin is null || twin.Hash == asked) return asked;
        session.Insist(TransferDoubt.OfTwin(twin), order.Question is not null);
        return twin.Hash;
    }
}
