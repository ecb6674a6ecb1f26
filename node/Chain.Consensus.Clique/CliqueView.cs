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

    /// <summary>The picture after any block; null where the headers before it are not here.</summary>
    /// <param name="settings">Of the chain.</param>
    /// <param name="block">Was checked.</param>
    /// <param name="getHeader">By hash; null for one that is not here.</param>
    public static CliqueView? After(CliqueSettings settings, SealedHeader block, Func<Hash256, SealedHeader?> getHeader) =>
        new CliqueSnapshots(settings, new SealMemo(), getHeader, static _ => null).Of(block) is { } snapshot
        ? Of(settings, snapshot)
        : null;

    /// <summary>What a snapshot says; nothing of this node's own.</summary>
    internal static CliqueView Of(CliqueSettings settings, CliqueSnapshot snapshot)
    {
        CliqueVote[] votes = [.. snapshot.Votes.All];
        return new CliqueView
        {
            Settings = settings,
            Number = snapshot.Number,
            Hash = snapshot.Hash,
            Signers = snapshot.Signers,
            Recents = snapshot.Recents,
            Votes = votes,
            Tally = [.. votes.GroupBy(vote => (vote.Candidate, vote.Authorize))
                .Select(group => new CliqueTally(group.Key.Candidate, group.Key.Authorize, group.Count()))],
            Proposals = [],
            InTurn = snapshot.InTurn,
            MaySign = MaySignAfter(snapshot),
            SignerLimit = snapshot.SignerLimit,
            IsStalled = false,
        };
    }

    internal static IReadOnlyList<Address> MaySignAfter(CliqueSnapshot snapshot) =>
        [.. snapshot.Signers.Where(signer => snapshot.WhyMayNotSign(signer) is null)];
}
