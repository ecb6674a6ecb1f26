using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Transfers;

/// <summary>
/// Finds out what became of a transfer that a node did not simply accept: by hash, and by account and nonce. Bounded in time.
/// </summary>
internal sealed class TransferLookup(EthClient node, TimeProvider time)
{
    // For this long a look may take; an impatient one after an interruption ends before the program is ended.
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ImpatientLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AgainLimit = TimeSpan.FromSeconds(5);
    private const int MaxFailures = 2;

    // What a node behind a proxy accepted is not known to its neighbors at once.
    private static readonly TimeSpan[] Pauses = [TimeSpan.Zero, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500),
        TimeSpan.FromSeconds(1)];

    /// <summary>What is known of a transfer, and how, in a sentence.</summary>
    public async Task<(TransferFate Fate, string Words)> SettleAsync(SignedTransfer transfer, OfferAnswer answer,
        CancellationToken cancel)
    {
        var isImpatient = answer is OfferAnswer.Interrupted;
        var looks = await LookAsync(transfer, answer, isImpatient ? CancellationToken.None : cancel).ConfigureAwait(false);
        if (looks.Place is { BlockNumber: { } block }) return (TransferFate.Mined, $"It is in block {block}.");
        if (looks.Place is not null) return (TransferFate.Accepted, "The node has it in its pool.");
        if (looks.WasTakenAgain) return (TransferFate.Accepted, "Offered again, byte for byte, it was accepted.");
        if (looks.Answers == 0) return (TransferFate.Unclear, "It could not be asked for, so it may have been accepted.");
        var missing = $"The node does not know it ({(looks.Answers == 1 ? "asked once" : $"asked {looks.Answers} times")})";
        if (isImpatient) return (TransferFate.Unclear, $"{missing}, but may have accepted it since.");
        return await JudgeMissingAsync(transfer, answer, missing, cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// The transaction in the chain that has a transfer's account and nonce; null where the node does not name one with the
    /// account's signature. That a nonce is used says nothing of which transaction used it.
    /// </summary>
    public async Task<Hash256?> FindOccupantAsync(SignedTransfer transfer, CancellationToken cancel)
    {
        Task<Hash256?> Ask(CancellationToken token) => node.HashByNonceAsync(transfer.From, transfer.Nonce, token);
        if ((await TryAsync(Ask, LookLimit, cancel).ConfigureAwait(false)).Value is { } named) return named;

        // What it was to replace has the same nonce.
        if (transfer.Replaces is not { } old) return null;
        var place = (await TryAsync(token => node.PlaceOfAsync(old, token), LookLimit, cancel).ConfigureAwait(false)).Value;
        return place is { BlockNumber: not null } && IsOf(place, transfer) ? old : null;
    }

    /// <summary>What became of the transfer that another was to replace.</summary>
    public async Task<string> DescribeReplacedAsync(Hash256 replaced, CancellationToken cancel)
    {
        // After an interruption the one look for the transfer itself has taken the time that was left.
        var place = await TryAsync(token => node.PlaceOfAsync(replaced, token), ImpatientLimit, cancel).ConfigureAwait(false);
        return place switch
        {
            { IsKnown: false } => $" The transfer that it was to replace is {replaced}.",
            { Value: null } => $" The transfer that it was to replace, {replaced}, is not known to the node any more.",
            { Value.BlockNumber: { } block } => $" The transfer that it was to replace, {replaced}, is in block {block}.",
            _ => $" The transfer that it was to replace, {replaced}, still waits in the pool.",
        };
    }

    // The node does not have it. Whether it can come in later depends on what was answered, and on the nonce.
    private async Task<(TransferFate Fate, string Words)> JudgeMissingAsync(SignedTransfer transfer, OfferAnswer answer,
        string missing, CancellationToken cancel)
    {
        var isNonceTooLow = answer is OfferAnswer.Error { IsNonceTooLow: true };
        var mined = await TryAsync(token => node.NonceAsync(transfer.From, "latest", token), LookLimit,
            cancel).ConfigureAwait(false);
        if (mined.IsKnown && mined.Value > transfer.Nonce)
        {
            var occupant = await FindOccupantAsync(transfer, cancel).ConfigureAwait(false);
            if (occupant == transfer.Hash) return (TransferFate.Mined, "It is in the chain, under its nonce.");
            var nonce = $"nonce {transfer.Nonce} of {transfer.From}";
            if (occupant is { } other) return (TransferFate.NonceUsed, $"{missing}: {nonce} is used by {other}.");
            return (TransferFate.Unclear,
                $"{missing}, but {nonce} is used, and the node does not say by which transaction: it may be this one.");
        }

        return answer switch
        {
            OfferAnswer.Error { IsAlreadyKnown: true } =>
                (TransferFate.Unclear, $"{missing} when it is asked for it, so it may have been accepted."),
            OfferAnswer.Error when isNonceTooLow => (TransferFate.Unclear, $"{missing}, yet nonce {transfer.Nonce} of "
                + $"{transfer.From} is not used: the answer cannot be right, and the transfer may have been accepted."),
            OfferAnswer.Error => (TransferFate.Refused, $"{missing}, so it counts as not sent."),
            _ => (TransferFate.Unclear, $"{missing}, but it may have been accepted and come in later."),
        };
    }

    private async Task<Looks> LookAsync(SignedTransfer transfer, OfferAnswer answer, CancellationToken cancel)
    {
        var (looks, failures, isImpatient) = (new Looks(null, 0, false), 0, answer is OfferAnswer.Interrupted);
        foreach (var pause in isImpatient ? Pauses[..1] : Pauses)
        {
            try
            {
                if (pause > TimeSpan.Zero) await Task.Delay(pause, time, cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return looks;
            }

            var limit = isImpatient ? ImpatientLimit : LookLimit;
            var look = await TryAsync(token => node.PlaceOfAsync(transfer.Hash, token), limit, cancel).ConfigureAwait(false);
            var place = IsOf(look.Value, transfer) ? look.Value : null;
            if (look.IsKnown) looks = looks with { Answers = looks.Answers + 1, Place = place };
            else if (++failures == MaxFailures) return looks;
            if (looks.Place is not null || cancel.IsCancellationRequested) return looks;

            // Where the answer was lost, the bytes may be too: the same ones do no harm.
            if (answer is not OfferAnswer.None || pause != Pauses[1]) continue;
            if (await IsTakenAgainAsync(transfer, cancel).ConfigureAwait(false)) return looks with { WasTakenAgain = true };
        }

        return looks;
    }

    private async Task<bool> IsTakenAgainAsync(SignedTransfer transfer, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(AgainLimit);
        return await TransferOffer.MakeAsync(node, transfer.Transaction, limit.Token).ConfigureAwait(false) is OfferAnswer.Taken;
    }

    private static bool IsOf(TransactionPlace? place, SignedTransfer transfer) => place is not null
        && place.From == transfer.From && place.Nonce == transfer.Nonce;

    // Known: the node answered in time and as specified.
    private static async Task<(bool IsKnown, T? Value)> TryAsync<T>(Func<CancellationToken, Task<T>> ask, TimeSpan limit,
        CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(limit);
        try
        {
            return (true, await ask(patience.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is ClientException or OperationCanceledException)
        {
            return (false, default);
        }
    }

    private sealed record Looks(TransactionPlace? Place, int Answers, bool WasTakenAgain);
}
