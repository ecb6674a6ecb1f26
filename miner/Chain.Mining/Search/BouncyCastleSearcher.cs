using System.Buffers.Binary;
using Chain.Primitives;
using Org.BouncyCastle.Crypto.Digests;

namespace Chain.Mining;

/// <summary>The scalar reference: BouncyCastle's Keccak digest, one nonce after the other. It judges the engines and is the
/// unit that `miner bench` measures them in; nothing mines with it.</summary>
public sealed class BouncyCastleSearcher : INonceSearcher
{
    private const int NoncesPerLook = 256;

    public string Name => "bouncycastle";

    public SearchResult Search(SearchJob job, ulong firstNonce, ulong count, CancellationToken ct)
    {
        var digest = new KeccakDigest(256);
        var message = new byte[Hash256.Size + sizeof(ulong)];
        var hash = new byte[Hash256.Size];
        var target = job.Target.ToHash256();
        var found = new List<ulong>();
        job.SealHash.CopyTo(message);
        for (var done = 0UL; done < count; done++)
        {
            if (done % NoncesPerLook == 0 && ct.IsCancellationRequested) return new SearchResult(done, found);
            var nonce = unchecked(firstNonce + done);
            BinaryPrimitives.WriteUInt64BigEndian(message.AsSpan(Hash256.Size), nonce);
            digest.BlockUpdate(message, 0, message.Length);
            digest.DoFinal(hash, 0);
            if (target.Bytes.SequenceCompareTo(hash) >= 0) found.Add(nonce);
        }

        return new SearchResult(count, found);
    }
}
