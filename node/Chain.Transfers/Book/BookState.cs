using Chain.Primitives;

namespace Chain.Transfers;

/// <summary>A transfer in the book.</summary>
/// <param name="Transfer">What is known of it.</param>
/// <param name="Order">The number of the journal's line that it was signed with: the order of signing.</param>
/// <param name="Number">The number of the last line that tells of it: of two accounts, the greater is the newer.</param>
internal sealed record BookedTransfer(SignedTransfer Transfer, long Order, long Number);

/// <summary>A contact in the book; no address: it was removed.</summary>
internal sealed record BookedContact(string Name, Address? Address, long Number);

/// <summary>
/// Everything that the book holds, and how far of the journal that is. Lines of the journal are applied to it one by one.
/// </summary>
internal sealed class BookState
{
    public Dictionary<Hash256, BookedTransfer> Transfers { get; } = [];

    public Dictionary<string, BookedContact> Contacts { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<BookDamage> Damage { get; } = [];

    /// <summary>The number of the journal's last line.</summary>
    public long Number { get; set; }

    /// <summary>How many bytes of the journal are in the book.</summary>
    public long JournalLength { get; set; }

    /// <summary>The sum of those bytes.</summary>
    public ulong JournalSum { get; set; } = BookSum.Of([]);

    public BookContents ToContents() => new(
        [.. Transfers.Values.OrderBy(booked => booked.Order).Select(booked => booked.Transfer)],
        [.. Contacts.Values.Where(contact => contact.Address is not null).OrderBy(contact => contact.Name,
            StringComparer.OrdinalIgnoreCase)
            .Select(contact => new Contact(contact.Name, contact.Address!.Value))],
        [.. Damage]);

    /// <summary>Takes in bytes of the journal.</summary>
    /// <param name="bytes">The journal.</param>
    /// <param name="from">Where to begin: at a line, or where the last one was cut short.</param>
    /// <returns>What could not be read, with its place.</returns>
    public List<UnreadLine> Replay(ReadOnlySpan<byte> bytes, int from)
    {
        var unread = new List<UnreadLine>();
        var line = bytes[..from].Count((byte)'\n');
        for (var start = from; start < bytes.Length;)
        {
            line++;
            var end = bytes[start..].IndexOf((byte)'\n');
            var text = (end < 0 ? bytes[start..] : bytes.Slice(start, end)).TrimEnd((byte)'\r');
            if (text.Length > 0 && Apply(text, line, unread) is { } problem)
                unread.Add(new UnreadLine(start, end < 0, new BookDamage(line, problem)));
            start = end < 0 ? bytes.Length : start + end + 1;
        }

        return unread;
    }

    /// <summary>Takes in one line.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public string? Apply(JournalLine line, long number)
    {
        Number = number;
        if (line.Repairs == true) return null;
        if (line.Contact is { } name) return ApplyContact(line, name);
        if (line.Raw is not null)
        {
            if (!line.ToTransfer().IsOk(out var transfer, out var problem)) return problem;

            // The same bytes signed again, after they were refused, are one transfer that is on its way again.
            Transfers[transfer.Hash] = new BookedTransfer(transfer, line.Order ?? number, number);
            return null;
        }

        if (!Hash256.TryParse(line.Hash, out var hash) || !Transfers.TryGetValue(hash, out var known))
            return "it tells of a transfer that no line before it has";
        var fate = line.Fate!.Value;
        var endedKnowing = line.Later == true ? known.Transfer.EndedKnowing : fate != TransferFate.Unclear;
        var changed = known.Transfer with { Fate = fate, EndedKnowing = endedKnowing, Detail = line.Detail };
        Transfers[hash] = known with { Transfer = changed, Number = number };
        return null;
    }

    /// <summary>Takes from another account of the same transfers and contacts what it lacks, or what is newer there.</summary>
    public void Adopt(BookState other)
    {
        foreach (var (hash, theirs) in other.Transfers)
        {
            if (!Transfers.TryGetValue(hash, out var ours) || ours.Number < theirs.Number) Transfers[hash] = theirs;
        }

        foreach (var (name, theirs) in other.Contacts)
        {
            if (!Contacts.TryGetValue(name, out var ours) || ours.Number < theirs.Number) Contacts[name] = theirs;
        }

        Number = Math.Max(Number, other.Number);
    }

    /// <summary>The lines that bring another account to where this one is.</summary>
    public List<JournalLine> MissingFrom(BookState other, DateTimeOffset now)
    {
        var lines = new List<JournalLine>();
        foreach (var (hash, booked) in Transfers.OrderBy(item => item.Value.Order))
        {
            if (!other.Transfers.TryGetValue(hash, out var theirs) || theirs.Number < booked.Number)
                lines.Add(JournalLine.Of(booked.Transfer) with { Order = booked.Order });
        }

        foreach (var (name, contact) in Contacts.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            var isKnown = other.Contacts.TryGetValue(name, out var theirs)
                ? theirs.Number >= contact.Number
                : contact.Address is null;
            if (!isKnown)
                lines.Add(new JournalLine { Time = now, Contact = contact.Name, Address = contact.Address?.ToString() });
        }

        return lines;
    }

    private string? Apply(ReadOnlySpan<byte> text, int at, List<UnreadLine> unread)
    {
        var expected = Number + 1;
        if (!JournalLine.Parse(text).IsOk(out var line, out var problem))
        {
            Number = expected;
            return problem;
        }

        if (line.Repairs == true) unread.Clear();
        else if (line.N > expected)
            unread.Add(new UnreadLine(0, false, new BookDamage(0, $"{line.N - expected} before line {at} are missing")));
        return Apply(line, Math.Max(line.N ?? expected, expected));
    }

    private string? ApplyContact(JournalLine line, string name)
    {
        Address? address = null;
        if (line.Address is not null)
        {
            if (!Address.TryParse(line.Address, out var parsed)) return "the contact's address is none";
            address = parsed;
        }

        Contacts[name] = new BookedContact(name, address, Number);
        return null;
    }
}

/// <summary>A line of the journal that could not be taken in.</summary>
/// <param name="Offset">Where it begins; 0 where whole lines are missing.</param>
/// <param name="IsCut">Whether the journal ends in the middle of it.</param>
/// <param name="Damage">What is wrong with it.</param>
internal sealed record UnreadLine(long Offset, bool IsCut, BookDamage Damage);
