using Chain.Node;

namespace Chain.Storage;

/// <summary>
/// Tells damage from a bug. Work on a store that fails in a way that its rules exclude has either met a record that reads well
/// and is wrong, or is itself wrong: going through the store decides which.
/// </summary>
public static class StoreDamage
{
    /// <summary>
    /// Runs work on a store. What fails because the store is damaged throws <see cref="StoreException"/>, a bug what it threw.
    /// </summary>
    public static T Explain<T>(IChainStore store, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception problem) when (Find(store, problem) is { } damage)
        {
            throw damage;
        }
    }

    /// <summary>
    /// The damage that explains a failure; null when there is none, or when the failure says itself what it is.
    /// </summary>
    public static StoreException? Find(IChainStore store, Exception problem)
    {
        if (problem is StoreException or OperationCanceledException or ObjectDisposedException or IOException
            or UnauthorizedAccessException or OutOfMemoryException)
            return null;
        try
        {
            return store.FindDamage() is { } damage
                ? new StoreException(StoreFailure.Corrupt,
                    $"The store is damaged: {damage.TrimEnd('.')}. {StoreException.WayOut}.", problem)
                : null;
        }
        catch (StoreException unreadable)
        {
            return unreadable;
        }
    }
}
