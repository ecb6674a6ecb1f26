using System.Globalization;
using System.IO.Hashing;
using Chain.Primitives;

namespace Chain.Transfers;

/// <summary>
/// The book while its lock is held: database and journal, brought to the same state. Whatever one of the two has lost, the other
/// gives back; what both have lost is written down as damage.
/// </summary>
internal sealed class OpenBook : IDisposable
{
    private readonly BookFiles _files;
    private readonly TimeProvider _time;
    private readonly Action<string> _note;
    private readonly BookLock _lock;
    private readonly JournalFile _journal;
    private readonly XxHash3 _sum = new();
    private BookDatabase _database;
    private readonly BookState _state;
    private string? _loss;
    private bool _wasDamaged;

    private OpenBook(BookFiles files, TimeProvider time, Action<string> note)
    {
        (_files, _time, _note, _journal) = (files, time, note, new JournalFile(files.Journal));
        _lock = BookLock.Take(files);
        try
        {
            (_database, _state) = Load();
        }
        catch
        {
            _lock.Dispose();
            throw;
        }
    }

    public BookState State => _state;

    /// <summary>Opens the book and brings database and journal to the same state.</summary>
    /// <param name="files">Where they are; made where they do not exist.</param>
    /// <param name="time">When what happens.</param>
    /// <param name="note">Told in a sentence when one of the two had to be made anew from the other.</param>
    /// <exception cref="BookException">The book cannot be used.</exception>
    public static OpenBook Open(BookFiles files, TimeProvider time, Action<string> note)
    {
        if (files.Database == files.Journal)
            throw new BookException($"The wallet's book and its journal cannot be the same file, {files.Journal}: "
            + $"{BookFiles.Variable} and {BookFiles.JournalVariable} must name two. Nothing was signed.");
        var open = new OpenBook(files, time, note);
        try
        {
            open.Reconcile();
            return open;
        }
        catch
        {
            open.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that a line can be appended to the journal.</summary>
    public void RequireWritable() => _journal.RequireWritable();

    /// <summary>Writes lines to the journal and to the database; when the book is closed, both are on the disk.</summary>
    public void Append(params IReadOnlyList<JournalLine> lines)
    {
        AppendToJournal(lines);
        Save();
    }

    /// <summary>
    /// Writes down, as far as that goes, that a transfer never left, since it could not be written to both files.
    /// </summary>
    public void NeverLeft(Hash256 hash)
    {
        if (!_state.Transfers.ContainsKey(hash)) return;
        try
        {
            AppendToJournal([new JournalLine
            {
                Time = _time.GetUtcNow(),
                Fate = TransferFate.Refused,
                Hash = hash.ToString(),
                Detail = "it never left: the book could not be written",
            }]);
        }
        catch (BookException)
        {
            // Then it counts as one of which nothing is known.
        }
    }

    /// <summary>Writes down that signing goes on without what was lost.</summary>
    public void AcceptDamage()
    {
        for (var i = 0; i < _state.Damage.Count; i++) _state.Damage[i] = _state.Damage[i] with { IsAccepted = true };
        Save();
        _lock.Remember(_state.JournalLength);
    }

    /// <summary>Closes both files; what was written is on the disk.</summary>
    public void Close() => _database.Close();

    public void Dispose()
    {
        _database.Dispose();
        _lock.Dispose();
    }

    private (BookDatabase, BookState) Load()
    {
        BookDatabase? database = null;
        try
        {
            database = BookDatabase.Open(_files.Database);
            if (database.Read() is { } state) return (database, state);
            _loss = $"There was no book {_files.Database}: it was made";
            return (database, new BookState());
        }
        catch (BookDamageException e)
        {
            database?.Dispose();
            return (SetAside(e), new BookState());
        }
        catch
        {
            database?.Dispose();
            throw;
        }
    }

    private BookDatabase SetAside(BookDamageException problem)
    {
        var aside = $"{_files.Database}.damaged-{_time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        var free = aside;
        for (var i = 2; File.Exists(free); i++) free = $"{aside}-{i}";
        BookDatabase.Rename(_files.Database, free);
        _wasDamaged = true;
        _loss = $"The book {_files.Database} is damaged ({problem.Message.TrimEnd('.')}) and was set aside as {free}: a new "
            + $"one was made";
        return BookDatabase.Open(_files.Database);
    }

    private void Reconcile()
    {
        var bytes = _journal.Read();
        var known = _state.JournalLength;
        var isContinued = known <= bytes.Length && BookSum.Of(bytes.AsSpan(0, (int)known)) == _state.JournalSum;
        var before = (Length: known, Sum: _state.JournalSum, _state.Damage.Count);
        var isShort = Math.Max(known, bytes.Length) < _lock.JournalLength;
        _sum.Append(bytes);
        _state.JournalLength = bytes.Length;
        if (isContinued) CatchUp(bytes, (int)known);
        else Merge(bytes, known);
        if (isShort) AddDamage(new BookDamage(0, $"it had {_lock.JournalLength} bytes"));
        _state.JournalSum = _sum.GetCurrentHashAsUInt64();
        if (before != (_state.JournalLength, _state.JournalSum, _state.Damage.Count)) Save();
        if (_state.Damage.TrueForAll(damage => damage.IsAccepted)) _lock.Remember(_state.JournalLength);
    }

    // The journal goes on from where the book has it.
    private void CatchUp(byte[] bytes, int known)
    {
        var unread = _state.Replay(bytes, known);
        foreach (var line in unread)
        {
            // What an ended program did not finish writing never left it. A book that was lost cannot know that.
            if (_loss is null && line.IsCut)
                _note($"The last line of the journal {_files.Journal} is cut short: it was never finished, and nothing of it "
                    + $"was sent.");
            else AddDamage(line.Damage);
        }

        if (_loss is null) return;
        if (bytes.Length > 0) _note($"{_loss} from the journal {_files.Journal}, which has {Counted(_state)}.");
        else if (_wasDamaged || _lock.JournalLength > 0)
            _note($"{_loss}, and it is empty: the journal {_files.Journal} is missing too.");
    }

    // The journal is not the one that the book has read: what each has and the other has not goes into the other.
    private void Merge(byte[] bytes, long known)
    {
        var journal = new BookState();
        var unread = journal.Replay(bytes, 0);
        var lines = _state.MissingFrom(journal, _time.GetUtcNow());

        // Where nothing at all can be read, it is not the journal any more that went on from what the book has.
        var isOurs = journal.Transfers.Count + journal.Contacts.Count > 0;
        var unknown = unread.Where(line => isOurs && line.Offset >= known).ToList();
        foreach (var line in unknown) AddDamage(line.Damage);
        _state.Adopt(journal);
        if (lines.Count == 0 && unread.Count == unknown.Count) return;
        var what = bytes.Length == 0 ? "is missing or empty"
            : unread.Count > 0 ? $"is damaged ({Describe(unread)})" : "lacks what the book has";
        AppendToJournal([new JournalLine { Time = _time.GetUtcNow(), Repairs = true }, .. lines]);
        _note($"The journal {_files.Journal} {what}; the book {_files.Database} has {Counted(_state)}, and wrote to the "
            + $"journal what it lacked.");
    }

    private void AddDamage(BookDamage damage)
    {
        if (!_state.Damage.Contains(damage)) _state.Damage.Add(damage);
    }

    private void AppendToJournal(IReadOnlyList<JournalLine> lines)
    {
        var numbered = lines.Select((line, i) => line with { N = _state.Number + 1 + i, IsChecked = true }).ToList();
        var bytes = _journal.Append(numbered.Select(line => line.ToText()));
        _sum.Append(bytes);
        foreach (var line in numbered)
        {
            if (_state.Apply(line, line.N!.Value) is { } problem)
                throw new InvalidOperationException($"A line that was just written is wrong: {problem}.");
        }

        (_state.JournalLength, _state.JournalSum) = (_journal.Length, _sum.GetCurrentHashAsUInt64());
        _lock.Remember(Math.Max(_lock.JournalLength, _state.JournalLength));
    }

    private void Save()
    {
        try
        {
            _database.Write(_state);
        }
        catch (BookDamageException e)
        {
            // It could be read and cannot be written: everything is in memory, and goes into a new file.
            _database.Dispose();
            _database = SetAside(e);
            _note($"{_loss} with {Counted(_state)}.");
            try
            {
                _database.Write(_state);
            }
            catch (BookDamageException again)
            {
                throw BookDatabase.CannotUse(_files.Database, again.Message, again);
            }
        }
    }

    private static string Counted(BookState state)
    {
        var contacts = state.Contacts.Values.Count(contact => contact.Address is not null);
        return (state.Transfers.Count == 1 ? "1 transfer" : $"{state.Transfers.Count} transfers")
            + (contacts == 0 ? "" : contacts == 1 ? " and 1 contact" : $" and {contacts} contacts");
    }

    private static string Describe(List<UnreadLine> unread) => unread[0].Damage is { Line: > 0 } damage
        ? $"line {damage.Line}: {damage.Problem.TrimEnd('.')}" : $"lines are missing: {unread[0].Damage.Problem}";
}
