namespace Chain.Transfers;

/// <summary>The two files of a wallet's book: each has every signed transfer, so that neither is the only one.</summary>
/// <param name="Database">The book itself, a LiteDB file.</param>
/// <param name="Journal">The journal beside it: JSON lines, only ever appended to.</param>
public sealed record BookFiles(string Database, string Journal)
{
    /// <summary>The environment variable that names another book; its journal is beside it.</summary>
    public const string Variable = "CHAIN_BOOK";

    /// <summary>The environment variable that names another journal; without another book named, the book is beside it.</summary>
    public const string JournalVariable = "CHAIN_JOURNAL";

    /// <summary>Held while the two are open.</summary>
    public string Lock => Database + ".lock";

    /// <summary>
    /// The files that a program uses: those of the environment, else wallet.db and transfers.jsonl in the folder .chain of the
    /// home folder.
    /// </summary>
    public static BookFiles Of(Func<string, string?> environment, string home)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var folder = Path.Combine(home, ".chain");
        return (environment(Variable), environment(JournalVariable)) switch
        {
            (null, null) => At(Path.Combine(folder, "wallet.db"), Path.Combine(folder, "transfers.jsonl")),
            (null, { } journal) => At(journal + ".db", journal),
            ({ } book, null) => At(book, book + ".jsonl"),
            ({ } book, { } journal) => At(book, journal),
        };
    }

    private static BookFiles At(string database, string journal) => new(Path.GetFullPath(database), Path.GetFullPath(journal));
}
