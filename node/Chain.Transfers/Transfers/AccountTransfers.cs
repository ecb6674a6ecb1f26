using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Transfers;

/// <summary>
/// The transfers that one account sends on one chain: what is known of the earlier ones, which nonce is next, and the way of a
/// signed transfer into the book and to the node. A transfer that was signed is offered again, byte for byte, and never
/// replaced by another signature: that takes a person's word, and a new call of <see cref="SendAsync"/>.
/// </summary>
public sealed class AccountTransfers(EthClient node, WalletBook book, TimeProvider time, ChainIdentity chain,
    Address account)
{
    // Of each kind, in one review: a node is not asked for years of transfers.
    private const int MaxLookups = 64;

    private readonly TransferLookup _lookup = new(node, time);

    public ChainIdentity Chain => chain;

    public WalletBook Book => book;

    /// <summary>The identity of a node's chain.</summary>
    public static async Task<ChainIdentity> IdentifyAsync(EthClient node, ulong chainId, CancellationToken cancel)
    {
        try
        {
            return new ChainIdentity(chainId, (await node.BlockAsync("0x0", cancel).ConfigureAwait(false))?.Hash);
        }
        catch (ClientException e) when (e is CallRefusedException or UnexpectedAnswerException)
        {
            // A node that keeps no old blocks.
            return new ChainIdentity(chainId, null);
        }
    }

    /// <summary>Waits until no other process sends from the account.</summary>
    public Task<AccountLock> LockAsync(Action waiting, CancellationToken cancel) =>
        AccountLock.TakeAsync(book.Files, account, chain.ChainId, waiting, cancel);

    /// <summary>Looks at the book and the node, and writes down what has become of earlier transfers.</summary>
    /// <exception cref="ClientException">The node does not answer, or the book cannot be read.</exception>
    public async Task<AccountReview> ReviewAsync(CancellationToken cancel)
    {
        var contents = book.Read();
        var mined = SuggestedFigures.Nonce(await node.NonceAsync(account, "latest", cancel).ConfigureAwait(false), node.Url);
        var pending = SuggestedFigures.Nonce(await node.NonceAsync(account, "pending", cancel).ConfigureAwait(false), node.Url);
        var notes = new List<string>();
        var open = new List<OpenTransfer>();
        var signed = contents.Transfers.Where(entry => entry.From == account && entry.IsOf(chain)).ToArray();
        var used = new List<int>();
        var lookups = 0;
        for (var i = 0; i < signed.Length; i++)
        {
            var entry = signed[i];
            if (!entry.IsOpen || ++lookups > MaxLookups) continue;
            var place = await node.PlaceOfAsync(entry.Hash, cancel).ConfigureAwait(false);
            if (place is null && entry.Nonce < mined)
            {
                used.Add(i);
                continue;
            }

            signed[i] = Follow(entry, place, notes);
            if (signed[i].IsOpen && entry.Nonce >= mined) open.Add(new OpenTransfer(signed[i], place));
        }

        // Once it is known which are in blocks: the one that used a nonce may be a later one of ours.
        foreach (var i in used)
            signed[i] = await FollowUsedNonceAsync(signed[i], signed, notes, cancel).ConfigureAwait(false);

        return new AccountReview(mined, pending, [.. open.OrderBy(item => item.Entry.Nonce)], signed, notes);
    }

    /// <summary>
    /// The last transfer of the same amount to the same recipient, if the command that signed it ended without knowing what
    /// became of it, or by a refusal that turns out untrue. Null where there is none, or where it can never be mined.
    /// </summary>
    /// <param name="review">The account's transfers.</param>
    /// <param name="to">The recipient.</param>
    /// <param name="value">Wei.</param>
    /// <param name="hasTurn">Whether the account's lock is held, so that no other command is still at it.</param>
    /// <param name="cancel">Ends the look.</param>
    public async Task<SignedTransfer?> UnclearTwinAsync(AccountReview review, Address? to, UInt256 value, bool hasTurn,
        CancellationToken cancel)
    {
        bool IsTwin(SignedTransfer entry) =>
            entry.Replaces is null && entry.Transaction.To == to && entry.Transaction.Value == value;
        bool IsUnclear(SignedTransfer entry) => !(entry.EndedKnowing ?? !hasTurn);
        var last = review.Signed.LastOrDefault(IsTwin);

        // A signature binds the chain's id and no genesis block, whatever the node says that its first block is.
        var latest = book.Read().Transfers.LastOrDefault(entry => entry.From == account && entry.ChainId == chain.ChainId
            && IsTwin(entry));
        if (latest is not null && !latest.IsOf(chain) && IsUnclear(latest)) return latest;
        if (last is null) return null;
        if (last.Fate == TransferFate.Replaced) return null;
        if (last.Fate is not (TransferFate.Refused or TransferFate.NonceUsed)) return IsUnclear(last) ? last : null;
        if (await node.PlaceOfAsync(last.Hash, cancel).ConfigureAwait(false) is not { } place)
        {
            var mayHaveItsNonce = last.Fate == TransferFate.Refused && last.Nonce < Math.Max(review.Mined, review.Pending)
                && !review.Signed.Any(entry => entry.Hash != last.Hash && entry.Nonce == last.Nonce && entry.HasArrived)
                && await _lookup.FindOccupantAsync(last, cancel).ConfigureAwait(false) is null;
            return mayHaveItsNonce ? last : null;
        }

        book.SetFate(last.Hash, TransferFate.Unclear, "known to a node after it was refused", later: false);
        return Set(last, place.BlockNumber is null ? TransferFate.Accepted : TransferFate.Mined,
            "known to a node after it was refused");
    }

    /// <summary>
    /// Writes a signed transfer down and hands it to the node. Whatever happens then, the report says what is known of it.
    /// </summary>
    /// <param name="transaction">The signed transfer.</param>
    /// <param name="purpose">What it is for.</param>
    /// <param name="replaces">The waiting transfer whose place it takes.</param>
    /// <param name="cancel">Before the transfer left, nothing is sent; afterwards, the wait for the answer ends with one short
    /// look.</param>
    /// <exception cref="ClientException">Nothing left the program: the book cannot take it, or it left before.</exception>
    public async Task<SendReport> SendAsync(Transaction transaction, TransferPurpose purpose, Hash256? replaces,
        CancellationToken cancel)
    {
        await RefuseTwiceAsync(transaction, cancel).ConfigureAwait(false);
        var entry = new SignedTransfer(transaction, account, chain.ChainId, chain.Genesis, purpose, time.GetUtcNow(), replaces,
            node.Url.GetLeftPart(UriPartial.Authority));
        cancel.ThrowIfCancellationRequested();
        book.Add(entry);
        if (cancel.IsCancellationRequested)
        {
            book.SetFate(entry.Hash, TransferFate.Refused, "interrupted before it left", later: false);
            cancel.ThrowIfCancellationRequested();
        }

        return await OfferAsync(entry, later: false, cancel).ConfigureAwait(false);
    }

    /// <summary>Hands the bytes of an earlier transfer to the node again.</summary>
    public Task<SendReport> OfferAgainAsync(SignedTransfer transfer, CancellationToken cancel) =>
        OfferAsync(transfer, later: true, cancel);

    private async Task<SendReport> OfferAsync(SignedTransfer entry, bool later, CancellationToken cancel)
    {
        var answer = await TransferOffer.MakeAsync(node, entry.Transaction, cancel).ConfigureAwait(false);
        var (fate, facts) = (TransferFate.Accepted, "");
        var isShared = !later && answer is OfferAnswer.Error { IsAlreadyKnown: true };
        if (answer is not OfferAnswer.Taken)
        {
            var found = await _lookup.SettleAsync(entry, answer, cancel).ConfigureAwait(false);
            (fate, facts) = (found.Fate, $"The transfer {entry.Hash} was signed and handed to the node at {node.Url}; "
                + $"{answer.Words}. {found.Words}");
            if (isShared && found.Fate is (TransferFate.Accepted or TransferFate.Mined))
                facts += " It says that it knew it before: "
                + "unless something on the way repeats calls, another program with this key and another book makes the same "
                + "payment, and together they pay once.";
            if (entry.Replaces is { } old) facts += await _lookup.DescribeReplacedAsync(old, cancel).ConfigureAwait(false);
        }

        var report = new SendReport(entry with { Fate = fate, EndedKnowing = fate != TransferFate.Unclear }, facts,
            (answer as OfferAnswer.Error)?.Reply);
        try
        {
            book.SetFate(entry.Hash, fate, answer.Words, later);
            if (report.HasArrived) SetReplaced(entry);
            return report;
        }
        catch (BookException e)
        {
            return report with { Warning = e.Message };
        }
    }

    private void SetReplaced(SignedTransfer entry)
    {
        if (entry.Replaces is { } old && book.Read().Transfers.Any(transfer => transfer.Hash == old))
            book.SetFate(old, TransferFate.Replaced, $"by {entry.Hash}", later: true);
    }

    // Equal nonce, recipient, amount and fees give equal bytes: that would be one payment for two requests.
    private async Task RefuseTwiceAsync(Transaction transaction, CancellationToken cancel)
    {
        var before = book.Read().Transfers.LastOrDefault(entry => entry.Hash == transaction.Hash
            && entry.Fate is not TransferFate.Refused);
        if (before is not null)
        {
            throw new TransferBlockedException(
                $"Exactly this transfer, {before.Hash}, was signed at {before.SignedAt:yyyy-MM-dd HH:mm:ss} UTC; "
                    + $"{Describe(before.Fate)}. It makes one payment, however often it is sent, so nothing was sent now. For "
                    + "another payment let the next free nonce be chosen.");
        }

        if (await node.PlaceOfAsync(transaction.Hash, cancel).ConfigureAwait(false) is null) return;
        throw new TransferBlockedException(
            $"Exactly this transfer, {transaction.Hash}, is known to the node at {node.Url} already: another program with "
                + "this key signed it. Nothing was sent now, since it makes one payment only; for another one repeat the "
                + "command.");
    }

    /// <summary>An open transfer that the node does not know, although the chain has a transaction with its nonce.</summary>
    private async Task<SignedTransfer> FollowUsedNonceAsync(
        SignedTransfer entry, IReadOnlyList<SignedTransfer> signed, List<string> notes, CancellationToken cancel)
    {
        var occupant = signed.LastOrDefault(other => other.Nonce == entry.Nonce && other.Hash != entry.Hash
            && other.Fate == TransferFate.Mined)?.Hash;
        occupant ??= await _lookup.FindOccupantAsync(entry, cancel).ConfigureAwait(false);
        if (occupant == entry.Hash) return Set(entry, TransferFate.Mined, "in the chain, under its nonce");
        if (occupant is { } other)
        {
            notes.Add($"The earlier transfer {entry.Hash} is not in the chain, and its nonce {entry.Nonce} is used by {other}: "
                + "it can never be mined there.");
            return Set(entry, TransferFate.NonceUsed, $"nonce used by {other}");
        }

        if (entry.Fate == TransferFate.Unclear) return entry;
        notes.Add($"The earlier transfer {entry.Hash} is not known to the node, although its nonce {entry.Nonce} is used, and "
            + "the node does not say by which transaction: it may be this one.");
        return Set(entry, TransferFate.Unclear, "nonce used, by which transaction is not known");
    }

    private SignedTransfer Follow(SignedTransfer entry, TransactionPlace? place, List<string> notes)
    {
        if (place?.BlockNumber is { } block)
        {
            if (entry.EndedKnowing == false) notes.Add($"The earlier transfer {entry.Hash}, of which it was not known whether "
                + $"it was accepted, is in block {block}.");
            return Set(entry, TransferFate.Mined, $"in block {block}");
        }

        return place is null || entry.Fate == TransferFate.Accepted
            ? entry
            : Set(entry, TransferFate.Accepted, "in the node's pool");
    }

    private SignedTransfer Set(SignedTransfer entry, TransferFate fate, string detail)
    {
        try
        {
            book.SetFate(entry.Hash, fate, detail, later: true);
        }
        catch (BookException)
        {
            // It is found out again at the next review.
        }

        return entry with { Fate = fate, Detail = detail };
    }

    /// <summary>A fate in a few words.</summary>
    public static string Describe(TransferFate fate) => fate switch
    {
        TransferFate.Signed => "the program that signed it ended before it knew more",
        TransferFate.Accepted => "it waits in a node's pool",
        TransferFate.Mined => "it is in a block",
        TransferFate.Unclear => "it may have been accepted",
        TransferFate.Refused => "it was refused",
        TransferFate.NonceUsed => "another transaction has its nonce",
        _ => "it was replaced",
    };
}
