using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>Who may sign after the head, and what is being voted about.</summary>
public sealed record CliqueView : ConsensusView
{
    public required CliqueSettings Settings { get; init; }

    /// <summary>The block after which this is so.</summary>
    public required ulong Number { get; init; }

    public required Hash256 Hash { get; init; }

    /// <summary>In ascending order.</summary>
    public required IReadOnlyList<Address> Signers { get; init; }

    /// <summary>Who sealed the last blocks, the newest last.</summary>
    public required IReadOnlyList<RecentSigner> Recents { get; init; }

    /// <summary>The open votes, by candidate and signer.</summary>
    public required IReadOnlyList<CliqueVote> Votes { get; init; }

    /// <summary>How many votes each open proposal has.</summary>
    public required IReadOnlyList<CliqueTally> Tally { get; init; }

    /// <summary>What this node's signers vote for.</summary>
    public required IReadOnlyList<CliqueProposal> Proposals { get; init; }

    /// <summary>Whose turn the next block is; null where there is no signer.</summary>
    public required Address? InTurn { get; init; }

    /// <summary>Who may seal the next block.</summary>
    public required IReadOnlyList<Address> MaySign { get; init; }

    /// <summary>So many votes pass a proposal, and so many signers must be there for the chain to go on.</summary>
    public required int SignerLimit { get; init; }

    /// <summary>Whether the next block is due and nobody seals it.</summary>
    public required bool IsStalled { get; init; }
}
