using LiteDB;

namespace Chain.Transfers;

/// <summary>
/// The book's LiteDB file, open. LiteDB checks little of what it reads, so every document carries a sum, and one document says
/// how many there are and what their sums add up to: what was changed or lost by accident is noticed.
/// </summary>
internal sealed class BookDatabase : IDisposable
{
    private const int SchemaVersion = 1;
    private const int PageSize = 8192;
    private const string LogSuffix = "-log";

    private readonly string _path;
    private readonly DurableFile _data;
    private readonly DurableFile _log;
    private readonly LiteDatabase _database;
    private readonly ILiteCollection<BsonDocument> _meta;
    private readonly BookTable[] _tables;
    private bool _hasWritten;
    private bool _isClosed;

    private BookDatabase(string path)
    {
        _path = path;
        _data = DurableFile.Open(path, flushedBefore: null);
        try
        {
            _log = DurableFile.Open(path + LogSuffix, flushedBefore: _data);
            if (_data.Length == 0 && _log.Length > 0) throw new BookDamageException("it is empty, but its log is not");

            // LiteDB would begin anew in a file that is too short.
            if (_data.Length % PageSize != 0) throw new BookDamageException("it ends in the middle of a page");
            _database = new LiteDatabase(_data,
                new BsonMapper { SerializeNullValues = false, TrimWhitespace = false, EmptyStringToNull = false }, _log);
        }
        catch
        {
            _log?.Dispose();
            _data.Dispose();
            throw;
        }

        _meta = _database.GetCollection("meta");
        _tables = [new BookTable(_database.GetCollection("transfers")), new BookTable(_database.GetCollection("contacts")),
            new BookTable(_database.GetCollection("damage"))];
    }

    private BookTable Transfers => _tables[0];

    private BookTable Contacts => _tables[1];

    private BookTable Damage => _tables[2];

    /// <summary>Whether there is anything to read.</summary>
    public static bool Exists(string path) => Directory.Exists(path) || new FileInfo(path) is { Exists: true, Length: > 0 }
        || new FileInfo(path + LogSuffix) is { Exists: true, Length: > 0 };

    /// <summary>Opens the file, or makes an empty one.</summary>
    /// <exception cref="BookDamageException">It is damaged.</exception>
    /// <exception cref="BookException">It cannot be used for another reason.</exception>
    public static BookDatabase Open(string path) => Guard(path, () => new BookDatabase(path));

    /// <summary>Gives a file another name, with its log if that holds anything.</summary>
    public static void Rename(string path, string name) => Guard(path, () =>
    {
        if (File.Exists(path)) File.Move(path, name);
        var log = new FileInfo(path + LogSuffix);
        if (log is { Exists: true, Length: > 0 }) log.MoveTo(name + LogSuffix);
        return 0;
    });

    /// <summary>Reads everything and checks it; null where the file is new.</summary>
    /// <exception cref="BookDamageException">It is damaged.</exception>
    /// <exception cref="BookException">A newer program wrote it.</exception>
    public BookState? Read() => Guard(_path, () =>
    {
        if (_meta.FindById("schema") is not { } schema)
        {
            if (_database.GetCollectionNames().Any())
                throw new BookDamageException("it is not a wallet's book, or lost its first record");
            return null;
        }

        BookTable.RequireSum(schema);
        var version = schema["version"].AsInt32;
        if (version > SchemaVersion)
            throw new BookException($"The wallet's book {_path} has version {version}; this program knows "
            + $"versions up to {SchemaVersion}. Use the newer program that wrote it. Nothing was signed.");
        var state = _meta.FindById("state") ?? throw new BookDamageException("a record is missing");
        BookTable.RequireSum(state);
        var result = new BookState
        {
            Number = state["number"].AsInt64,
            JournalLength = state["journalLength"].AsInt64,
            JournalSum = unchecked((ulong)state["journalSum"].AsInt64),
        };
        foreach (var document in Transfers.ReadAll())
        {
            var booked = BookDocuments.ToTransfer(document);
            result.Transfers[booked.Transfer.Hash] = booked;
            Transfers.SetStored(document, booked);
        }

        foreach (var document in Contacts.ReadAll())
        {
            var contact = BookDocuments.ToContact(document);
            result.Contacts[contact.Name] = contact;
            Contacts.SetStored(document, contact);
        }

        foreach (var document in Damage.ReadAll())
        {
            var damage = BookDocuments.ToDamage(document);
            result.Damage.Add(damage);
            Damage.SetStored(document, damage);
        }

        for (var i = 0; i < _tables.Length; i++)
        {
            if (_tables[i].Count != state[$"count{i}"].AsInt32 || _tables[i].Sum != state[$"sum{i}"].AsInt64)
                throw new BookDamageException("records are missing");
        }

        return result;
    });

    /// <summary>Writes what has changed, in one transaction; when this returns it is on the disk.</summary>
    /// <exception cref="BookDamageException">LiteDB cannot write into the file as it is.</exception>
    /// <exception cref="BookException">It cannot be written.</exception>
    public void Write(BookState state) => Guard(_path, () =>
    {
        _hasWritten = true;

        // What is not committed is gone when the file is closed, whatever went wrong.
        _database.BeginTrans();
        foreach (var booked in state.Transfers.Values) Transfers.Put(booked, BookDocuments.Of);
        foreach (var contact in state.Contacts.Values) Contacts.Put(contact, BookDocuments.Of);
        for (var i = 0; i < state.Damage.Count; i++) Damage.Put(state.Damage[i], damage => BookDocuments.Of(i, damage));
        _meta.Upsert(BookTable.WithSum(new BsonDocument { ["_id"] = "schema", ["version"] = SchemaVersion }));
        var meta = new BsonDocument
        {
            ["_id"] = "state",
            ["number"] = state.Number,
            ["journalLength"] = state.JournalLength,
            ["journalSum"] = unchecked((long)state.JournalSum),
        };
        for (var i = 0; i < _tables.Length; i++)
        {
            meta[$"count{i}"] = _tables[i].Count;
            meta[$"sum{i}"] = _tables[i].Sum;
        }

        _meta.Upsert(BookTable.WithSum(meta));
        _database.Commit();
        _log.Flush();
        return 0;
    });

    /// <summary>Closes the file; when this returns, everything that was written is in it and on the disk.</summary>
    /// <exception cref="BookException">It could not be written.</exception>
    public void Close()
    {
        _isClosed = true;
        try
        {
            Guard(_path, () =>
            {
                _database.Dispose();
                if (_hasWritten) _data.Flush();
                var isEmpty = _log.Length == 0;
                CloseFiles();
                if (isEmpty) File.Delete(_path + LogSuffix);
                return 0;
            });
        }
        catch (BookDamageException e)
        {
            throw CannotUse(_path, e.Message, e);
        }
    }

    /// <summary>Lets go of the file, whatever state it is in.</summary>
    public void Dispose()
    {
        try
        {
            if (!_isClosed) _database.Dispose();
        }
        catch (Exception e) when (e is LiteException or IOException or UnauthorizedAccessException || IsOfContent(e))
        {
            // What brought us here is told already.
        }

        CloseFiles();
    }

    public static BookException CannotUse(string path, string why, Exception inner) => new(
        $"The wallet's book {path} cannot be used: {why.TrimEnd('.')}. Nothing is signed without it: make it a file that you can "
            + $"write, or name another with {BookFiles.Variable}.", inner);

    // What LiteDB and the system throw: the disk's trouble is told, and everything else is damage.
    private static T Guard<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (DiskTrouble(e) is { } trouble)
        {
            throw CannotUse(path, trouble.Message, e);
        }
        catch (Exception e) when (e is LiteException || IsOfContent(e))
        {
            throw new BookDamageException("LiteDB cannot read what is in it", e);
        }
    }

    private static Exception? DiskTrouble(Exception e)
    {
        for (var at = e; at is not null; at = at.InnerException)
        {
            if (at is UnauthorizedAccessException or (IOException and not EndOfStreamException)) return at;
        }

        return null;
    }

    private static bool IsOfContent(Exception e) => e is Primitives.RlpException or ArgumentException or ArithmeticException
        or FormatException or InvalidOperationException or IndexOutOfRangeException or InvalidCastException
            or NullReferenceException
        or KeyNotFoundException or NotSupportedException or OutOfMemoryException or EndOfStreamException or InvalidDataException;

    private void CloseFiles()
    {
        _log.Dispose();
        _data.Dispose();
    }
}
