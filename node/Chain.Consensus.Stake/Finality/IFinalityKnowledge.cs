using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// What a <see cref="FinalityGuard"/> must know of blocks, branches and validators to weigh votes for another history.
/// </summary>
internal interface IFinalityKnowledge
{
    /// <summary>
    /// Whether a checkpoint of votes and one of our finalized ones cannot lie on one chain; null when nobody can tell.
    /// Not asked about two of one epoch.
    /// </summary>
    bool? AreApart(Checkpoint theirs, Checkpoint ours);

    /// <summary>
    /// Whether it is known where a checkpoint's branch leaves our chain, as far as anybody can tell. When not, it has to be found
    /// out, and <see cref="FinalityGuard.Judge()"/> called then.
    /// </summary>
    bool IsTraced(Checkpoint theirs);

    /// <summary>
    /// Whether one branch has these checkpoints, each block an ancestor of the next or the same; false while nobody can tell, and
    /// then the headers are asked for as for <see cref="IsTraced"/>.
    /// </summary>
    bool AreOnOneBranch(Checkpoint first, Checkpoint second, Checkpoint third);

    /// <summary>The last block that a traced checkpoint's branch and ours have in common; null where nobody could tell.</summary>
    SealedHeader? LastShared(Checkpoint theirs);

    /// <summary>Whether there is evidence of a slashable offence against a validator, or it is slashed.</summary>
    bool IsGuilty(int validator);

    /// <summary>Whether a validator has signed its wish to leave.</summary>
    bool IsLeaving(int validator);
}
