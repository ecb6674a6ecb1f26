using Chain.Primitives;

namespace Chain.Transfers;

/// <summary>
/// The wallet's book: contacts, and every transfer that was signed, written down before it leaves the program, with what became
/// of it. A LiteDB file, and beside it a journal from which it can be made anew, and which it can write anew. It is open only for
/// the moment of each call.
/// </summary>
/// <param name="files">Where it is.</param>
/// <param name="time">When what happens.</param>
/// <param name="note">Told in a sentence when a part of the book was lost and has been made anew.</param>
public sealed class WalletBook(BookFiles files, TimeProvider time, Action<string> note)
{
    private long _length = -1;
    private BookContents _contents = BookContents.Empty;

    public BookFiles Files => files;

    /// <summary>Everything in it. A book that does not exist is empty.</summary>
    /// <exception cref="BookException">It cannot be read.</exception>
    public BookContents Read()
    {
        var journal = new JournalFile(files.Journal);
        if (!journal.Exists && !BookDatabase.Exists(files.Database) && !File.Exists(files.Lock))
            return _contents = BookContents.Empty;

        // All changes go through the journal, which only grows: its length tells.
        if (journal.Length == _length && File.Exists(files.Database)) return _contents;
        Use(_ => { });
        return _contents;
    }

    /// <summary>Makes sure that a transfer can be written down, before one is signed.</summary>
    /// <exception cref="BookException">It cannot.</exception>
    public void RequireWritable() => Use(open => open.RequireWritable());

    /// <summary>Writes a transfer down; when this returns it is on the disk.</summary>
    /// <exception cref="BookException">It could not be written: the transfer must not leave the program.</exception>
    public void Add(SignedTransfer transfer)
    {
        using var open = OpenBook.Open(files, time, note);
        try
        {
            open.Append(JournalLine.Of(transfer));
            open.Close();
        }
        catch (BookException)
        {
            open.NeverLeft(transfer.Hash);
            throw;
        }

        Remember(open);
    }

    /// <summary>Writes down what became of a transfer that is in the book.</summary>
    /// <param name="hash">Which one.</param>
    /// <param name="fate">What is known now.</param>
    /// <param name="detail">In words, what that was taken from.</param>
    /// <param name="later">Whether another command than the one that signed found it out.</param>
    /// <exception cref="BookException">It could not be written.</exception>
    public void SetFate(Hash256 hash, TransferFate fate, string? detail, bool later) => Use(open =>
    {
        if (!open.State.Transfers.ContainsKey(hash)) return;
        open.Append(new JournalLine
        {
            Time = time.GetUtcNow(),
            Fate = fate,
            Hash = hash.ToString(),
            Detail = detail,
            Later = later ? true : null,
        });
    });

    /// <summary>Writes a contact down, unless its name is in the book already, in whatever case.</summary>
    /// <returns>Whether it was added.</returns>
    /// <exception cref="BookException">It could not be written.</exception>
    public bool TryAdd(Contact contact)
    {
        var isNew = false;
        Use(open =>
        {
            isNew = Find(open, contact.Name) is null;
            if (isNew)
                open.Append(new JournalLine
                {
                    Time = time.GetUtcNow(),
                    Contact = contact.Name,
                    Address = contact.Address.ToString(),
                });
        });
        return isNew;
    }

    /// <summary>Strikes a contact out.</summary>
    /// <returns>The contact; null where there is none of that name.</returns>
    /// <exception cref="BookException">It could not be written.</exception>
    public Contact? Remove(string name)
    {
        Contact? found = null;
        Use(open =>
        {
            found = Find(open, name);
            if (found is not null) open.Append(new JournalLine { Time = time.GetUtcNow(), Contact = found.Name });
        });
        return found;
    }

    /// <summary>Writes down that a person wants to sign although something in the book is lost.</summary>
    /// <exception cref="BookException">It could not be written.</exception>
    public void AcceptDamage() => Use(open => open.AcceptDamage());

    private static Contact? Find(OpenBook open, string name) =>
        open.State.Contacts.TryGetValue(name, out var found) && found.Address is { } address
        ? new Contact(found.Name, address)
        : null;

    private void Use(Action<OpenBook> action)
    {
        using var open = OpenBook.Open(files, time, note);
        action(open);
        open.Close();
        Remember(open);
    }

    private void Remember(OpenBook open) => (_contents, _length) = (open.State.ToContents(), open.State.JournalLength);
}
