namespace Chain.Consensus.Stake;

/// <summary>
/// What keys signed, so that none ever signs a slashable pair. Every request passes through here before it is signed; what is
/// allowed is remembered as signed, whether or not a signature follows.
/// </summary>
public interface ISigningHistory
{
    /// <summary>
    /// Checks requests in their order, each against all that is known and the allowed ones before it, and remembers the allowed
    /// ones, all at once. When it throws, none may be signed. A key that the history does not know may sign nothing but an exit.
    /// </summary>
    /// <returns>For each request null when it may be signed, or why it must not be.</returns>
    /// <exception cref="ArgumentException">Among the requests is an offence, or a registration.</exception>
    IReadOnlyList<SigningRefusal?> CheckAndInsert(IReadOnlyList<SigningRequest> requests);

    /// <summary>How far what is known of a key reaches; null for a key that is not known.</summary>
    SigningPast? Find(ValidatorKey key);

    /// <summary>Makes keys known, all at once. It adds to what is known of a key and never weakens it.</summary>
    void Register(IReadOnlyList<StakeSigningRequest.Registration> registrations);

    /// <summary>
    /// Forgets blocks and votes from before a finalized epoch one by one and keeps minimums in their place, so that whatever
    /// was refused before stays refused.
    /// </summary>
    void Prune(Epoch finalized, ulong slotsPerEpoch);
}
