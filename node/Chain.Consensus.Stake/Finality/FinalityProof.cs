using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// What shows that a checkpoint is final to a node that has none of its branch's blocks. A claim until it is weighed: the votes
/// say which blocks they are for, and the hashes bind the headers.
/// </summary>
/// <param name="Headers">From a checkpoint of the votes downwards, linked. Where they end above what the receiver has, it asks
/// for the rest.</param>
/// <param name="Votes">Those of the finalizing link, and where it spans two epochs also those for the one between.</param>
public sealed record FinalityProof(IReadOnlyList<SealedHeader> Headers, IReadOnlyList<IndexedAttestation> Votes)
{
    /// <summary>Headers in a proof.</summary>
    public const int MaxHeaders = 1024;

    /// <summary>Votes in a proof: two for each of 4,096 validators.</summary>
    public const int MaxVotes = 8192;

    /// <summary>The most bytes of a proof, with as many headers and votes as there may be.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>How many votes are in it.</summary>
    public int VoteCount => Votes.Sum(votes => votes.Signatures.Count);

    /// <summary>Whether the headers lead down from a checkpoint of the votes.</summary>
    public bool IsLinked => Headers.Count == 0
        || (SealedHeader.LinkDownwards(Headers)
            && Votes.Any(votes => votes.Data.Source.Root == Headers[0].Hash || votes.Data.Target.Root == Headers[0].Hash));

    /// <summary>[[header …], [indexed attestation …]].</summary>
    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        WriteItemsTo(rlp);
        rlp.EndList();
    }

    /// <summary>The items of the list alone.</summary>
    public void WriteItemsTo(RlpWriter rlp)
    {
        StakeRlp.WriteList(rlp, Headers, static (header, to) => header.Header.WriteTo(to));
        StakeRlp.WriteList(rlp, Votes, static (votes, to) => votes.WriteTo(to));
    }

    /// <exception cref="RlpException">Not a proof, or too many headers or votes.</exception>
    public static FinalityProof Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var proof = ReadItems(ref rlp);
        rlp.ExpectEnd();
        return proof;
    }

    /// <summary>Reads the items of the list alone.</summary>
    /// <exception cref="RlpException">Not a proof, or too many headers or votes.</exception>
    public static FinalityProof ReadItems(ref RlpReader rlp)
    {
        var headers = new List<SealedHeader>();
        var list = rlp.ReadList();
        while (!list.IsAtEnd)
        {
            if (headers.Count == MaxHeaders) throw new RlpException($"A proof with more than {MaxHeaders} headers.");
            headers.Add(SealedHeader.Read(ref list));
        }

        var (votes, count) = (new List<IndexedAttestation>(), 0);
        list = rlp.ReadList();
        while (!list.IsAtEnd)
        {
            votes.Add(IndexedAttestation.Read(ref list));
            count += votes[^1].Signatures.Count;
            if (count > MaxVotes) throw new RlpException($"A proof with more than {MaxVotes} votes.");
        }

        return new FinalityProof(headers, votes);
    }
}
