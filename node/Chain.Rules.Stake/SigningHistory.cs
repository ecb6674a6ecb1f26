using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Chain.Storage;

namespace Chain.Rules.Stake;

/// <summary>
/// A signing history in a file of its own. What it allows is on the device before the answer, and checked and
/// written in one immediate transaction, so that processes that share a key and this file never both get leave for a slashable
/// pair. Safe to use from several threads; several instances, in one process or in many, may have one file open.
/// </summary>
/// <remarks>
/// The file has no write-ahead log: whenever no answer is under way it is whole by itself, so that a copy of it is a copy of the
/// history. It is meant for a local disk: the locks of network file systems are not to be trusted with a stake.
/// </remarks>
public sealed class SigningHistory : ISigningHistory, IDisposable
{
    /// <summary>The file's name in a node's data folder, unless another path is given.</summary>
    public const string FileName = "signing-history.db";

    private const string WhenDamaged = "Do not validate with its keys before it is restored, from a backup of this file or an "
        + "exported history: without it they may sign what they are slashed for.";

    private readonly Lock _gate = new();
    private readonly SqliteDatabase _database;
    private readonly SigningHistoryTables _tables;

    private SigningHistory(SqliteDatabase database, Hash256 genesis)
    {
        (_database, Genesis) = (database, genesis);
        _tables = new SigningHistoryTables(database);
    }

    /// <summary>The hash of the genesis block of the chain whose messages these are.</summary>
    public Hash256 Genesis { get; }

    /// <summary>SQLite's synchronous setting: 2 waits for the device at each commit.</summary>
    internal long SynchronousLevel => _database.QueryInt64("PRAGMA synchronous");

    /// <summary>Opens a history, or makes an empty one.</summary>
    /// <exception cref="StoreException">Of another genesis, newer, damaged, no history, or not to be read; nothing was
    /// changed.</exception>
    public static SigningHistory Open(string path, Hash256 genesis)
    {
        ArgumentNullException.ThrowIfNull(path);
        RefuseFolder(path);
        CreateFolder(path);
        CreateIfMissing(path, genesis);
        return Open(path, database =>
        {
            SigningHistoryTables.Format.RequireGenesis(database, genesis);
            return genesis;
        });
    }

    /// <summary>Opens the history of whatever chain there is.</summary>
    /// <exception cref="StoreException">There is none, or as for <see cref="Open(string, Hash256)"/>.</exception>
    public static SigningHistory OpenExisting(string path)
    {
        RefuseFolder(path);
        if (!File.Exists(path))
            throw new StoreException(StoreFailure.Io,
                $"There is no signing history '{path}'. Name a validator's data folder, or the file itself.");
        return Open(path, SigningHistoryTables.Format.RequireOwn);
    }

    public IReadOnlyList<SigningRefusal?> CheckAndInsert(IReadOnlyList<SigningRequest> requests)
    {
        SigningRules.RequireMessages(requests);
        if (requests.All(request => request is StakeSigningRequest.VoluntaryExit)) return new SigningRefusal?[requests.Count];
        return InTransaction(tables =>
        {
            var refusals = new SigningRefusal?[requests.Count];
            for (var i = 0; i < refusals.Length; i++)
            {
                var key = requests[i].Key.Bytes;
                refusals[i] = requests[i] switch
                {
                    StakeSigningRequest.Proposal asked => Check(tables, key, new KnownProposal(asked.Slot, asked.SigningRoot)),
                    StakeSigningRequest.Vote asked =>
                        Check(tables, key, new KnownVote(asked.Source, asked.Target, asked.SigningRoot)),
                    _ => null,
                };
            }

            return refusals;
        });
    }

    /// <summary>As <see cref="CheckAndInsert(IReadOnlyList{SigningRequest})"/>, for one block and a key of any length.</summary>
    public SigningRefusal? CheckAndInsert(ReadOnlyMemory<byte> key, KnownProposal asked) =>
        InTransaction(tables => Check(tables, key.Span, asked));

    /// <summary>As <see cref="CheckAndInsert(IReadOnlyList{SigningRequest})"/>, for one vote and a key of any length.</summary>
    public SigningRefusal? CheckAndInsert(ReadOnlyMemory<byte> key, KnownVote asked) =>
        InTransaction(tables => Check(tables, key.Span, asked));

    /// <summary>How far what is known of a key reaches; null for a key neither imported nor registered.</summary>
    public SigningPast? Find(ValidatorKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_gate) return _tables.FindValidator(key.Bytes) is { } validator ? _tables.PastOf(validator) : null;
    }

    public void Register(IReadOnlyList<StakeSigningRequest.Registration> registrations)
    {
        ArgumentNullException.ThrowIfNull(registrations);
        InTransaction(tables =>
        {
            foreach (var registration in registrations)
            {
                var validator = tables.AddValidator(registration.Key.Bytes);
                if (registration.Slot is { } slot) tables.RaiseMinimum(validator, slot);
                if (registration.Votes is { } votes) tables.RaiseMinimum(validator, votes);
            }

            return true;
        });
    }

    /// <summary>Makes a key known that was drawn just now: it has signed nothing anywhere.</summary>
    public void RegisterNew(ValidatorKey key) => RegisterNew([key]);

    /// <summary>As above, for several keys at once.</summary>
    public void RegisterNew(IReadOnlyList<ValidatorKey> keys) =>
        Register([.. keys.Select(key => new StakeSigningRequest.Registration(key, null, null))]);

    public void Prune(Epoch finalized, ulong slotsPerEpoch) => InTransaction(tables =>
    {
        tables.ForgetBefore(finalized.StartSlot(slotsPerEpoch), finalized);
        return true;
    });

    /// <summary>
    /// Takes in what keys signed elsewhere, all or nothing. It adds to what is known and never weakens it: whatever was refused
    /// before stays refused. Blocks and votes that conflict with each other are kept too, so that each refuses what it must.
    /// </summary>
    /// <exception cref="SigningInterchangeException">It is of another chain.</exception>
    public SigningImport Import(SigningInterchange interchange)
    {
        ArgumentNullException.ThrowIfNull(interchange);
        if (interchange.GenesisValidatorsRoot != Genesis)
        {
            throw new SigningInterchangeException($"metadata.genesis_validators_root is {interchange.GenesisValidatorsRoot}, "
                + $"another chain's: this history is of genesis block {Genesis}. Nothing was imported.");
        }

        return InTransaction(tables => new SigningImporter(tables).Import(interchange.Data));
    }

    /// <summary>
    /// All that is known, as of one moment. Where entries were pruned, one stands for them that refuses as much: a block at the
    /// least slot, a vote from the least source to the least target, without signing roots.
    /// </summary>
    public SigningInterchange Export() =>
        InTransaction(tables => new SigningInterchange(Genesis, [.. tables.Validators().Select(known =>
        new SigningInterchangeKey(known.Key, ExportProposals(tables, known.Validator), ExportVotes(tables, known.Validator)))]));

    public void Dispose()
    {
        lock (_gate) _database.Dispose();
    }

    private static SigningRefusal? Check(SigningHistoryTables tables, ReadOnlySpan<byte> key, KnownProposal asked) =>
        tables.FindValidator(key) is { } validator ? tables.CheckAndAdd(validator, asked) : new SigningRefusal.UnknownKey();

    private static SigningRefusal? Check(SigningHistoryTables tables, ReadOnlySpan<byte> key, KnownVote asked) =>
        tables.FindValidator(key) is { } validator ? tables.CheckAndAdd(validator, asked) : new SigningRefusal.UnknownKey();

    private static List<KnownProposal> ExportProposals(SigningHistoryTables tables, long validator)
    {
        var signed = tables.Proposals(validator);
        if (tables.ProposalMinimum(validator) is { } minimum && !signed.Exists(block => block.Slot == minimum))
            signed.Insert(0, new KnownProposal(minimum, null));
        return signed;
    }

    private static List<KnownVote> ExportVotes(SigningHistoryTables tables, long validator)
    {
        var signed = tables.Votes(validator);
        if (tables.VoteMinimum(validator) is { } minimum
            && !signed.Exists(vote => vote.Target == minimum.Target && vote.Source >= minimum.Source))
            signed.Insert(0, new KnownVote(minimum.Source, minimum.Target, null));
        return signed;
    }

    // The checks go through SQLite alone, which holds its locks on the file itself: to open and close the file beside it would
    // release those of another instance in this process.
    private static SigningHistory Open(string path, Func<SqliteDatabase, Hash256> check)
    {
        var database = new SqliteDatabase(path, readOnly: false, WhenDamaged);
        try
        {
            var genesis = check(database);
            RequireSound(database);
            database.Execute("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL");
            return new SigningHistory(database, genesis);
        }
        catch (Exception problem)
        {
            database.Dispose();
            if (StoreGuard.IsOfContent(problem))
                throw new StoreException(StoreFailure.Corrupt, $"'{path}' is damaged: {problem.Message}. {WhenDamaged}", problem);
            throw;
        }
    }

    // Made under a name of its own and renamed once it is whole, so that an empty file is always the rest of a history. Of
    // several processes at once the first gives it the name.
    private static void CreateIfMissing(string path, Hash256 genesis)
    {
        if (new FileInfo(path) is { Exists: true } file)
        {
            if (file.Length == 0)
                throw new StoreException(StoreFailure.Corrupt,
                    $"'{path}' is empty (0 bytes), which a signing history never is. {WhenDamaged}");
            return;
        }

        var partial = $"{path}.{Guid.NewGuid():n}.new";
        try
        {
            using (var database = new SqliteDatabase(partial, readOnly: false, WhenDamaged))
                SigningHistoryTables.Format.CreateIfEmpty(database, SigningHistoryTables.Tables, genesis);
            File.Move(partial, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another process was faster; its file is as good.
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io, $"The signing history '{path}' cannot be made: {problem.Message}", problem);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static void RequireSound(SqliteDatabase database)
    {
        using var check = database.Prepare("PRAGMA integrity_check(1)");
        if (check.Step() && check.Blob(0) is var said && !said.SequenceEqual("ok"u8))
            throw new StoreException(StoreFailure.Corrupt,
                $"'{database.Path}' is damaged: {System.Text.Encoding.UTF8.GetString(said)}. {WhenDamaged}");
    }

    private static void RefuseFolder(string path)
    {
        if (!Directory.Exists(path)) return;
        throw new StoreException(StoreFailure.Corrupt,
            $"'{path}' is a folder; a signing history is a file of that name. Move the folder away. {WhenDamaged}");
    }

    private static void CreateFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Io,
                $"The folder of the signing history '{path}' cannot be made: {problem.Message}", problem);
        }
    }

    // Immediate: whoever writes waits here, before it has looked at anything, for whoever writes already.
    private T InTransaction<T>(Func<SigningHistoryTables, T> work)
    {
        lock (_gate)
        {
            _database.Execute("BEGIN IMMEDIATE");
            try
            {
                var result = work(_tables);
                _database.Execute("COMMIT");
                return result;
            }
            catch
            {
                _database.Rollback();
                throw;
            }
        }
    }
}
