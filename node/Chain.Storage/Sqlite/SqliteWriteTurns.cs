namespace Chain.Storage;

/// <summary>Who may use the writing connection. A commit never waits for more than one piece of background work.</summary>
internal sealed class SqliteWriteTurns
{
    private readonly Lock _turn = new();
    private int _waitingCommits;

    public Lock.Scope EnterCommit()
    {
        Interlocked.Increment(ref _waitingCommits);
        var turn = _turn.EnterScope();
        Interlocked.Decrement(ref _waitingCommits);
        return turn;
    }

    /// <summary>For a short piece of background work; lets commits that wait go first.</summary>
    public Lock.Scope EnterBackground(CancellationToken cancellation)
    {
        while (Volatile.Read(ref _waitingCommits) > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            Thread.Sleep(0);
        }

        return _turn.EnterScope();
    }
}
