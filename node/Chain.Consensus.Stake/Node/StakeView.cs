using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Proof of stake as of one moment, on the head's branch.</summary>
public sealed record StakeView : ConsensusView
{
    public required Slot Slot { get; init; }

    public required Epoch Epoch { get; init; }

    /// <summary>Whose turn it is in this slot (get_beacon_proposer_index); null where nobody is active any more.</summary>
    public required int? Proposer { get; init; }

    public required ProofOfStakeSettings Settings { get; init; }

    /// <summary>The head state's current_justified_checkpoint.</summary>
    public required Checkpoint Justified { get; init; }

    /// <summary>The store's finalized checkpoint.</summary>
    public required Checkpoint Finalized { get; init; }

    /// <summary>Stake that may vote in this epoch.</summary>
    public required Gwei TotalActive { get; init; }

    /// <summary>Stake whose votes for the previous epoch's target are in the chain.</summary>
    public required Gwei PreviousEpochTarget { get; init; }

    /// <summary>Stake whose votes for this epoch's target are in the chain so far.</summary>
    public required Gwei CurrentEpochTarget { get; init; }

    /// <summary>Whether finality is so late that absent validators lose stake (is_in_inactivity_leak).</summary>
    public required bool IsLeaking { get; init; }

    public required IReadOnlyList<ValidatorView> Validators { get; init; }

    /// <summary>The active validators of this node whose keys sign nothing at present, in the order of their indices.</summary>
    public IReadOnlyList<SilentValidator> Silent { get; init; } = [];

    /// <summary>The stake that votes for each block of the tree or its descendants, by block hash.</summary>
    public required IReadOnlyDictionary<Hash256, Gwei> Weights { get; init; }

    /// <summary>Evidence that waits for a block.</summary>
    public required int WaitingEvidence { get; init; }

    /// <summary>
    /// The stake state after the head, by parts: what two nodes compare that disagree about a state root. Worked out when it is
    /// first asked for.
    /// </summary>
    public required Lazy<StakeRoots> HeadRoots { get; init; }

    /// <summary>Why the node does not follow the chain any more; null while all is well.</summary>
    public required string? Halted { get; init; }
}

/// <summary>The root of a stake state and what it is made of.</summary>
/// <param name="Block">After which block.</param>
/// <param name="Root">What the block commits to.</param>
/// <param name="Parts">In their order (<see cref="StakeStateCodec.ComputePartRoots"/>).</param>
public sealed record StakeRoots(Hash256 Block, Hash256 Root, IReadOnlyList<StakePartRoot> Parts);

/// <summary>One validator as the head's state has it.</summary>
/// <param name="IsLocal">Whether this node acts for it.</param>
public sealed record ValidatorView(Validator Validator, ulong InactivityScore, ParticipationFlags PreviousEpoch, bool IsLocal)
{
    /// <summary>pending, active, exiting, slashed, withdrawable or withdrawn, as people know them.</summary>
    public string StatusAt(Epoch epoch)
    {
        var v = Validator;
        if (v.WithdrawableEpoch <= epoch) return v.Balance == Gwei.Zero ? "withdrawn" : "withdrawable";
        if (v.Slashed) return "slashed";
        if (v.ExitEpoch <= epoch) return "exited";
        if (v.ActivationEpoch > epoch) return "pending";
        return v.ExitEpoch == Epoch.FarFuture ? "active" : "exiting";
    }
}
