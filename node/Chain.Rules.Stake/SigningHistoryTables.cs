using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Storage;

namespace Chain.Rules.Stake;

/// <summary>The tables of a signing history and what is asked of them. Transactions are the caller's.</summary>
internal sealed class SigningHistoryTables
{
    /// <summary>"CHS1" as a number, and the version of the tables below.</summary>
    public static readonly SqliteFormat Format = new(0x43485331, 1, "signing history", "the signing history", "another file");

    // Slots and epochs are 64-bit numbers without a sign; SQLite's have one. They are kept less 2^63, so that they are ordered.
    // A root that is not known is an empty blob. A key without a row among the minimums has none.
    public const string Tables = """
        CREATE TABLE validators(id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE);
        CREATE TABLE proposals(validator INTEGER NOT NULL, slot INTEGER NOT NULL, root BLOB NOT NULL,
            PRIMARY KEY(validator, slot, root)) WITHOUT ROWID;
        CREATE TABLE votes(validator INTEGER NOT NULL, target INTEGER NOT NULL, source INTEGER NOT NULL, root BLOB NOT NULL,
            PRIMARY KEY(validator, target, source, root)) WITHOUT ROWID;
        CREATE INDEX votes_by_source ON votes(validator, source);
        CREATE TABLE proposal_minimums(validator INTEGER PRIMARY KEY, slot INTEGER NOT NULL);
        CREATE TABLE vote_minimums(validator INTEGER PRIMARY KEY, source INTEGER NOT NULL, target INTEGER NOT NULL);
        """;

    private readonly SqliteDatabase _database;
    private readonly SqliteStatement _findValidator, _addValidator, _validators;
    private readonly SqliteStatement _proposalsAt, _proposals, _addProposal, _proposalMinimum, _setProposalMinimum;
    private readonly SqliteStatement _votesFrom, _votesAfterSource, _votes, _addVote, _voteMinimum, _setVoteMinimum;
    private readonly SqliteStatement _raiseProposalMinimum, _raiseVoteMinimum, _lastSlot, _lastTarget;
    private readonly SqliteStatement[] _forgetBefore, _forgetBelowMinimums;
    private readonly List<KnownVote> _found = [];
    private readonly List<KnownProposal> _foundProposals = [];

    public SigningHistoryTables(SqliteDatabase database)
    {
        _database = database;
        _findValidator = database.Prepare("SELECT id FROM validators WHERE key=?");
        _addValidator = database.Prepare("INSERT INTO validators(key) VALUES(?)");
        _validators = database.Prepare("SELECT id, key FROM validators ORDER BY id");
        _proposalsAt = database.Prepare("SELECT slot, root FROM proposals WHERE validator=? AND slot=?");
        _proposals = database.Prepare("SELECT slot, root FROM proposals WHERE validator=? ORDER BY slot, root");
        _addProposal = database.Prepare("INSERT OR IGNORE INTO proposals(validator, slot, root) VALUES(?, ?, ?)");
        _proposalMinimum = database.Prepare("SELECT slot FROM proposal_minimums WHERE validator=?");
        _setProposalMinimum = database.Prepare("INSERT INTO proposal_minimums(validator, slot) VALUES(?, ?)");
        _raiseProposalMinimum = database.Prepare("""
            INSERT INTO proposal_minimums(validator, slot) VALUES(?, ?)
            ON CONFLICT(validator) DO UPDATE SET slot=max(slot, excluded.slot)
            """);
        _lastSlot = database.Prepare("""
            SELECT slot FROM proposals WHERE validator=?1 UNION ALL SELECT slot FROM proposal_minimums WHERE validator=?1
            ORDER BY slot DESC LIMIT 1
            """);
        _votesFrom = database.Prepare("SELECT source, target, root FROM votes WHERE validator=? AND target>=?");
        _votesAfterSource = database.Prepare("SELECT source, target, root FROM votes WHERE validator=? AND source>?");
        _votes = database.Prepare("SELECT source, target, root FROM votes WHERE validator=? ORDER BY target, source, root");
        _addVote = database.Prepare("INSERT OR IGNORE INTO votes(validator, source, target, root) VALUES(?, ?, ?, ?)");
        _voteMinimum = database.Prepare("SELECT source, target FROM vote_minimums WHERE validator=?");
        _setVoteMinimum = database.Prepare("INSERT INTO vote_minimums(validator, source, target) VALUES(?, ?, ?)");
        _raiseVoteMinimum = database.Prepare("""
            INSERT INTO vote_minimums(validator, source, target) VALUES(?, ?, ?)
            ON CONFLICT(validator) DO UPDATE SET source=max(source, excluded.source), target=max(target, excluded.target)
            """);
        _lastTarget = database.Prepare("""
            SELECT target FROM votes WHERE validator=?1 UNION ALL SELECT target FROM vote_minimums WHERE validator=?1
            ORDER BY target DESC LIMIT 1
            """);
        _forgetBefore =
        [
            database.Prepare("""
                INSERT INTO proposal_minimums SELECT validator, max(slot) FROM proposals WHERE slot<?1 GROUP BY validator
                ON CONFLICT(validator) DO UPDATE SET slot=max(slot, excluded.slot)
                """),
            database.Prepare("DELETE FROM proposals WHERE slot<?1"),
            database.Prepare("""
                INSERT INTO vote_minimums SELECT validator, max(source), max(target) FROM votes WHERE target<?1 GROUP BY validator
                ON CONFLICT(validator) DO UPDATE SET source=max(source, excluded.source), target=max(target, excluded.target)
                """),
            database.Prepare("DELETE FROM votes WHERE target<?1"),
        ];
        _forgetBelowMinimums =
        [
            database.Prepare("DELETE FROM proposals WHERE slot<(SELECT m.slot FROM proposal_minimums m WHERE "
                + "m.validator=proposals.validator)"),
            database.Prepare("""
                UPDATE vote_minimums SET source=max(source, gone.latest)
                FROM (SELECT v.validator, max(v.source) AS latest FROM votes v JOIN vote_minimums m ON m.validator=v.validator
                    WHERE v.target<m.target GROUP BY v.validator) AS gone
                WHERE gone.validator=vote_minimums.validator
                """),
            database.Prepare("DELETE FROM votes WHERE target<(SELECT m.target FROM vote_minimums m WHERE "
                + "m.validator=votes.validator)"),
        ];
    }

    /// <summary>The number of a key; null for one that is not known.</summary>
    public long? FindValidator(ReadOnlySpan<byte> key)
    {
        if (!_findValidator.Bind(1, key).Step()) return null;
        var id = _findValidator.Int64(0);
        _findValidator.Reset();
        return id;
    }

    /// <summary>The number of a key, which is known from now on.</summary>
    public long AddValidator(ReadOnlySpan<byte> key)
    {
        if (FindValidator(key) is { } known) return known;
        _addValidator.Bind(1, key).Run();
        return FindValidator(key) ?? throw new InvalidOperationException("A key that was just inserted is not there.");
    }

    /// <summary>All keys, in the order in which they became known.</summary>
    public List<(long Validator, byte[] Key)> Validators()
    {
        var all = new List<(long, byte[])>();
        while (_validators.Step()) all.Add((_validators.Int64(0), _validators.Blob(1).ToArray()));
        return all;
    }

    /// <summary>Checks a block, and keeps it as signed when it may be.</summary>
    public SigningRefusal? CheckAndAdd(long validator, KnownProposal asked)
    {
        var refusal = Judge(validator, asked, ProposalMinimum(validator));
        if (refusal is null) Add(validator, asked);
        return refusal;
    }

    /// <summary>Checks a vote, and keeps it as signed when it may be.</summary>
    public SigningRefusal? CheckAndAdd(long validator, KnownVote asked)
    {
        var refusal = Judge(validator, asked, VoteMinimum(validator));
        if (refusal is null) Add(validator, asked);
        return refusal;
    }

    public SigningRefusal? Judge(long validator, KnownProposal asked, Slot? minimum)
    {
        _foundProposals.Clear();
        Read(_proposalsAt.Bind(1, validator).Bind(2, Ordered(asked.Slot.Number)), _foundProposals);
        return SigningRules.Judge(asked, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_foundProposals), minimum);
    }

    public SigningRefusal? Judge(long validator, KnownVote asked, VoteMinimum? minimum)
    {
        _found.Clear();
        Read(_votesFrom.Bind(1, validator).Bind(2, Ordered(asked.Target.Number)), _found);
        Read(_votesAfterSource.Bind(1, validator).Bind(2, Ordered(asked.Source.Number)), _found);
        return SigningRules.Judge(asked, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_found), minimum);
    }

    /// <summary>Keeps a block as signed. False when it was known.</summary>
    public bool Add(long validator, KnownProposal signed)
    {
        _addProposal.Bind(1, validator).Bind(2, Ordered(signed.Slot.Number)).Bind(3, RootBytes(signed.SigningRoot)).Run();
        return _database.Changes > 0;
    }

    /// <summary>Keeps a vote as signed. False when it was known.</summary>
    public bool Add(long validator, KnownVote signed)
    {
        _addVote.Bind(1, validator).Bind(2, Ordered(signed.Source.Number))
            .Bind(3, Ordered(signed.Target.Number)).Bind(4, RootBytes(signed.SigningRoot)).Run();
        return _database.Changes > 0;
    }

    public List<KnownProposal> Proposals(long validator) => Read(_proposals.Bind(1, validator), new List<KnownProposal>());

    public List<KnownVote> Votes(long validator) => Read(_votes.Bind(1, validator), new List<KnownVote>());

    public Slot? ProposalMinimum(long validator)
    {
        if (!_proposalMinimum.Bind(1, validator).Step()) return null;
        var minimum = new Slot(Number(_proposalMinimum.Int64(0)));
        _proposalMinimum.Reset();
        return minimum;
    }

    public VoteMinimum? VoteMinimum(long validator)
    {
        if (!_voteMinimum.Bind(1, validator).Step()) return null;
        var minimum = new VoteMinimum(new Epoch(Number(_voteMinimum.Int64(0))), new Epoch(Number(_voteMinimum.Int64(1))));
        _voteMinimum.Reset();
        return minimum;
    }

    /// <summary>Gives a key that has none its least slot.</summary>
    public void SetMinimum(long validator, Slot minimum) =>
        _setProposalMinimum.Bind(1, validator).Bind(2, Ordered(minimum.Number)).Run();

    /// <summary>Gives a key that has none its least source and target.</summary>
    public void SetMinimum(long validator, VoteMinimum minimum) =>
        _setVoteMinimum.Bind(1, validator).Bind(2, Ordered(minimum.Source.Number)).Bind(3, Ordered(minimum.Target.Number)).Run();

    /// <summary>Gives a key this least slot, unless it has a later one.</summary>
    public void RaiseMinimum(long validator, Slot minimum) =>
        _raiseProposalMinimum.Bind(1, validator).Bind(2, Ordered(minimum.Number)).Run();

    /// <summary>Gives a key this least source and target, as far as it has no later ones.</summary>
    public void RaiseMinimum(long validator, VoteMinimum minimum)
    {
        var (source, target) = (Ordered(minimum.Source.Number), Ordered(minimum.Target.Number));
        _raiseVoteMinimum.Bind(1, validator).Bind(2, source).Bind(3, target).Run();
    }

    /// <summary>How far what is known of a key reaches.</summary>
    public SigningPast PastOf(long validator) => new(
        Last(_lastSlot, validator) is { } slot ? new Slot(slot) : null,
        Last(_lastTarget, validator) is { } target ? new Epoch(target) : null);

    /// <summary>
    /// Forgets what lies before a slot, and votes for targets before an epoch; the minimums rise to what is forgotten.
    /// </summary>
    public void ForgetBefore(Slot slot, Epoch target)
    {
        for (var i = 0; i < _forgetBefore.Length; i++)
            _forgetBefore[i].Bind(1, Ordered(i < 2 ? slot.Number : target.Number)).Run();
    }

    /// <summary>
    /// Forgets what lies below the minimums and is refused anyway; the least sources rise to those of the votes that go.
    /// </summary>
    public void ForgetBelowMinimums()
    {
        foreach (var statement in _forgetBelowMinimums) statement.Run();
    }

    private static List<KnownProposal> Read(SqliteStatement select, List<KnownProposal> into)
    {
        while (select.Step()) into.Add(new KnownProposal(new Slot(Number(select.Int64(0))), Root(select.Blob(1))));
        return into;
    }

    private static List<KnownVote> Read(SqliteStatement select, List<KnownVote> into)
    {
        while (select.Step())
            into.Add(new KnownVote(new Epoch(Number(select.Int64(0))), new Epoch(Number(select.Int64(1))), Root(select.Blob(2))));
        return into;
    }

    private static ulong? Last(SqliteStatement select, long validator)
    {
        if (!select.Bind(1, validator).Step()) return null;
        var last = Number(select.Int64(0));
        select.Reset();
        return last;
    }

    private static byte[] RootBytes(Hash256? root) => root?.ToArray() ?? [];

    private static Hash256? Root(ReadOnlySpan<byte> bytes) => bytes.IsEmpty ? null : new Hash256(bytes);

    private static long Ordered(ulong number) => unchecked((long)(number ^ (1UL << 63)));

    private static ulong Number(long ordered) => unchecked((ulong)ordered) ^ (1UL << 63);
}
