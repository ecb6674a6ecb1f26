using System.Collections.Immutable;
using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>
/// A snapshot as RLP: [block hash, number, [signer, …], [[number, signer], …], [[number, signer, candidate, authorize],
/// …]].
/// </summary>
internal static class CliqueSnapshotCodec
{
    public static byte[] Encode(CliqueSnapshot snapshot)
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        rlp.Write(snapshot.Hash);
        rlp.Write(snapshot.Number);
        rlp.StartList();
        foreach (var signer in snapshot.Signers) rlp.Write(signer);
        rlp.EndList();
        rlp.StartList();
        foreach (var recent in snapshot.Recents)
        {
            rlp.StartList();
            rlp.Write(recent.Number);
            rlp.Write(recent.Signer);
            rlp.EndList();
        }

        rlp.EndList();
        rlp.StartList();
        foreach (var vote in snapshot.Votes.All)
        {
            rlp.StartList();
            rlp.Write(vote.Number);
            rlp.Write(vote.Signer);
            rlp.Write(vote.Candidate);
            rlp.Write(vote.Authorize);
            rlp.EndList();
        }

        rlp.EndList();
        rlp.EndList();
        return rlp.ToArray();
    }

    /// <exception cref="RlpException">Not what <see cref="Encode"/> wrote.</exception>
    public static CliqueSnapshot Decode(ReadOnlySpan<byte> bytes)
    {
        var outer = new RlpReader(bytes);
        var rlp = outer.ReadList();
        outer.ExpectEnd();
        var (hash, number) = (rlp.ReadHash(), rlp.ReadUInt64());
        var signers = ImmutableArray.CreateBuilder<Address>();
        var list = rlp.ReadList();
        while (!list.IsAtEnd) signers.Add(list.ReadAddress());
        var recents = ImmutableArray.CreateBuilder<RecentSigner>();
        list = rlp.ReadList();
        while (!list.IsAtEnd)
        {
            var recent = list.ReadList();
            recents.Add(new RecentSigner(recent.ReadUInt64(), recent.ReadAddress()));
            recent.ExpectEnd();
        }

        var votes = VoteTable.Empty;
        list = rlp.ReadList();
        while (!list.IsAtEnd)
        {
            var vote = list.ReadList();
            votes = votes.With(
                new CliqueVote(vote.ReadUInt64(), vote.ReadAddress(), vote.ReadAddress(), vote.ReadBool()));
            vote.ExpectEnd();
        }

        rlp.ExpectEnd();
        return CliqueSnapshot.Restore(hash, number, signers.ToImmutable(), recents.ToImmutable(), votes);
    }
}
