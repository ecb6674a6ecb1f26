using System.Collections.Immutable;
using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>
/// Who may sign after a block, and which votes are open there: a function of the headers up to it (EIP-225). Immutable; a
/// snapshot shares with its parent's what has not changed.
/// </summary>
internal sealed class CliqueSnapshot
{
    private CliqueSnapshot(Hash256 hash, ulong number, ImmutableArray<Address> signers, ImmutableArray<RecentSigner> recents,
        VoteTable votes) =>
        (Hash, Number, Signers, Recents, Votes) = (hash, number, signers, recents, votes);

    /// <summary>The block after which this is so.</summary>
    public Hash256 Hash { get; }

    public ulong Number { get; }

    /// <summary>In ascending order.</summary>
    public ImmutableArray<Address> Signers { get; }

    /// <summary>Who sealed the last blocks, the newest last: as many as SIGNER_LIMIT can ask for.</summary>
    public ImmutableArray<RecentSigner> Recents { get; }

    /// <summary>The open votes.</summary>
    public VoteTable Votes { get; }

    /// <summary>SIGNER_LIMIT: of so many consecutive blocks a signer may seal one, and so many votes pass a proposal.</summary>
    public int SignerLimit => (Signers.Length / 2) + 1;

    /// <summary>A snapshot without votes.</summary>
    /// <param name="signers">In ascending order.</param>
    /// <param name="recents">Who sealed the last blocks, the newest last.</param>
    public static CliqueSnapshot Begin(SealedHeader block, IEnumerable<Address> signers, IEnumerable<RecentSigner> recents) =>
        Restore(block.Hash, block.Number, [.. signers], [.. recents], VoteTable.Empty);

    /// <summary>A snapshot from its parts.</summary>
    public static CliqueSnapshot Restore(Hash256 hash, ulong number, ImmutableArray<Address> signers,
        ImmutableArray<RecentSigner> recents, VoteTable votes) =>
        new(hash, number, signers, Newest(recents, signers), votes);

    public bool IsSigner(Address account) => IndexOf(account) >= 0;

    /// <summary>SIGNER_INDEX; negative for no signer.</summary>
    public int IndexOf(Address account) => Signers.BinarySearch(account);

    /// <summary>Whether it is this signer's turn to seal the next block.</summary>
    public bool IsInTurn(Address signer) => Signers.Length > 0 && InTurn == signer;

    /// <summary>Whose turn the next block is; null where there is no signer.</summary>
    public Address? InTurn => Signers.Length == 0 ? null : Signers[(int)((Number + 1) % (ulong)Signers.Length)];

    /// <summary>How long ago the signer's turn was when it sealed the next block, in blocks: 0 in turn.</summary>
    public ulong BlocksSinceTurn(Address signer)
    {
        var count = (ulong)Signers.Length;
        return ((Number + 1) % count + count - (ulong)IndexOf(signer)) % count;
    }

    /// <summary>Why this account may not seal the next block; null when it may.</summary>
    public CliqueHeaderError? WhyMayNotSign(Address account)
    {
        if (!IsSigner(account)) return new CliqueHeaderError.UnauthorizedSigner(account);
        var (next, limit) = (Number + 1, (ulong)SignerLimit);
        foreach (var recent in Recents)
        {
            if (recent.Signer == account && recent.Number + limit > next)
                return new CliqueHeaderError.SignedRecently(account, recent.Number, recent.Number + limit);
        }

        return null;
    }

    /// <summary>The snapshot after the next block, which this account sealed.</summary>
    /// <param name="isCheckpoint">Whether the block drops all votes and casts none.</param>
    public Verdict<CliqueSnapshot, CliqueHeaderError> Apply(SealedHeader next, Address signer, bool isCheckpoint)
    {
        if (next.ParentHash != Hash)
            throw new InvalidOperationException($"{next} does not follow {Hash}, of which the signers are known.");
        if (WhyMayNotSign(signer) is { } error) return error;
        var recents = Recents.Add(new RecentSigner(next.Number, signer));
        if (isCheckpoint) return Restore(next.Hash, next.Number, Signers, recents, VoteTable.Empty);
        var (candidate, authorize) = (next.Header.Beneficiary, next.Header.Nonce == CliqueVote.NonceAuthorize);
        var isSigner = IsSigner(candidate);

        // Only the latest vote of a signer about an account counts; one that asks for what is so already is none.
        var votes = Votes.Without(candidate, signer);
        if (authorize != isSigner) votes = votes.With(new CliqueVote(next.Number, signer, candidate, authorize));
        if (votes.CountAbout(candidate) < SignerLimit) return Restore(next.Hash, next.Number, Signers, recents, votes);

        // Only this candidate changes, even where the new majority would let other proposals pass.
        votes = votes.WithoutAbout(candidate);
        if (isSigner) votes = votes.WithoutOf(candidate);
        var signers = isSigner ? Signers.Remove(candidate) : Signers.Insert(~IndexOf(candidate), candidate);
        return Restore(next.Hash, next.Number, signers, recents, votes);
    }

    // A limit can grow by one with each block, so that one more than the limit asks for is remembered.
    private static ImmutableArray<RecentSigner> Newest(ImmutableArray<RecentSigner> recents, ImmutableArray<Address> signers)
    {
        var kept = (signers.Length / 2) + 1;
        return recents.Length <= kept ? recents : recents.RemoveRange(0, recents.Length - kept);
    }
}
