using System.Text;
using Chain.Primitives;

namespace Chain.Rpc.Client;

/// <summary>
/// What was signed, written down before it leaves the program: a file of JSON lines that is only ever appended to, each line
/// flushed to the disk, readable by its owner only.
/// </summary>
public sealed class TransferJournal(string path, TimeProvider time)
{
    /// <summary>The environment variable that names another file.</summary>
    public const string Variable = "CHAIN_JOURNAL";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MaxBytes = 512 * 1024 * 1024;
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);
    private const int Looks = 500;

    private long _length = -1;
    private JournalContents _contents = new([], []);

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>
    /// The file that a program uses: the one of the environment, else transfers.jsonl in the folder .chain of the home folder.
    /// </summary>
    public static string DefaultPath(Func<string, string?> environment, string home)
    {
        ArgumentNullException.ThrowIfNull(environment);
        return environment(Variable) ?? System.IO.Path.Combine(home, ".chain", "transfers.jsonl");
    }

    /// <summary>
    /// Every transfer with its latest fate. A file that does not exist is empty; a damaged line is named and passed over.
    /// </summary>
    /// <exception cref="JournalException">The file cannot be read.</exception>
    public JournalContents Read()
    {
        if (ReadLines() is not { } lines) return _contents;
        var transfers = new Dictionary<string, JournaledTransfer>(StringComparer.Ordinal);
        var (order, damaged) = (new List<string>(), new List<DamagedLine>());
        var number = 0;
        foreach (var text in lines)
        {
            number++;
            if (text.Length == 0) continue;
            if (!JournalLine.Parse(text).IsOk(out var line, out var problem)) damaged.Add(new DamagedLine(number, problem));
            else if (line.Raw is null) TakeFate(line, number);
            else if (line.ToTransfer().IsOk(out var transfer, out problem)) Take(transfer);
            else damaged.Add(new DamagedLine(number, problem));
        }

        return _contents = new JournalContents(order.ConvertAll(hash => transfers[hash]), damaged);

        // The same bytes signed again, after they were refused, are one transfer that is on its way again.
        void Take(JournaledTransfer transfer)
        {
            var hash = transfer.Hash.ToString();
            if (transfers.ContainsKey(hash)) order.Remove(hash);
            order.Add(hash);
            transfers[hash] = transfer;
        }

        void TakeFate(JournalLine line, int at)
        {
            if (!transfers.TryGetValue(line.Hash, out var known))
            {
                damaged.Add(new DamagedLine(at, "it tells of a transfer that no line before it has"));
                return;
            }

            var endedKnowing = line.Later == true ? known.EndedKnowing : line.Fate != TransferFate.Unclear;
            transfers[line.Hash] = known with { Fate = line.Fate, EndedKnowing = endedKnowing };
        }
    }

    /// <summary>Makes sure that a transfer can be written down, before one is signed.</summary>
    /// <exception cref="JournalException">It cannot.</exception>
    public void RequireWritable() => Guard(() =>
    {
        using var file = OpenForWriting();
    });

    /// <summary>Writes a transfer down; when this returns it is on the disk.</summary>
    /// <exception cref="JournalException">It could not be written: the transfer must not leave the program.</exception>
    public void Add(JournaledTransfer transfer) => Append(JournalLine.Of(transfer));

    /// <summary>Writes down what became of a transfer.</summary>
    /// <param name="hash">Which one.</param>
    /// <param name="fate">What is known now.</param>
    /// <param name="detail">In words, what that was taken from.</param>
    /// <param name="later">Whether another command than the one that signed found it out.</param>
    /// <exception cref="JournalException">It could not be written.</exception>
    public void SetFate(Hash256 hash, TransferFate fate, string? detail, bool later) =>
        Append(new JournalLine
        {
            Time = time.GetUtcNow(),
            Fate = fate,
            Hash = hash.ToString(),
            Detail = detail,
            Later = later ? true : null,
        });

    // Null: the file is as it was when it was last read. It only grows, so its length tells.
    private string[]? ReadLines()
    {
        if (!File.Exists(Path) && !Directory.Exists(Path))
        {
            _length = -1;
            return [];
        }

        return Guard<string[]?>(() =>
        {
            using var file = Open(FileAccess.Read, FileShare.Read);
            if (file.Length == _length) return null;
            if (file.Length > MaxBytes) throw new IOException($"it is larger than {MaxBytes / (1024 * 1024)} MiB");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            _length = bytes.Length;
            return Encoding.UTF8.GetString(bytes).Split('\n');
        });
    }

    private void Append(JournalLine line) => Guard(() =>
    {
        using var file = OpenForWriting();

        // A line that a crash cut short is kept apart from this one.
        file.Seek(0, SeekOrigin.End);
        var isCut = false;
        if (file.Position > 0)
        {
            file.Seek(-1, SeekOrigin.End);
            isCut = file.ReadByte() != '\n';
        }

        file.Write(Encoding.UTF8.GetBytes($"{(isCut ? "\n" : "")}{line.ToJson()}\n"));
        file.Flush(flushToDisk: true);
        if (file.Length != file.Position) throw new IOException("it does not keep what is written to it");
    });

    // Alone while it writes: two appends at once would be over each other.
    private FileStream OpenForWriting()
    {
        PrivateFolder.Create(System.IO.Path.GetDirectoryName(Path)!);
        return Open(FileAccess.ReadWrite, FileShare.None);
    }

    private FileStream Open(FileAccess access, FileShare share)
    {
        var mode = access == FileAccess.Read ? FileMode.Open : FileMode.OpenOrCreate;
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows() && access != FileAccess.Read) options.UnixCreateMode = OwnerOnly;
        for (var look = 1; ; look++)
        {
            try
            {
                return new FileStream(Path, options);
            }
            catch (IOException) when (look < Looks && File.Exists(Path))
            {
                // Another program is at it.
                Thread.Sleep(LookAgain);
            }
        }
    }

    private void Guard(Action action) => Guard(() =>
    {
        action();
        return true;
    });

    private T Guard<T>(Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new JournalException(
                $"The journal of signed transfers {Path} cannot be used: {e.Message.TrimEnd('.')}. Nothing is signed without "
                    + $"it: make it a file that you can write, or name another with {Variable}.", e);
        }
    }
}
