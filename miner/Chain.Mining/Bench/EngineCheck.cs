using Chain.Consensus.Work;
using Chain.Primitives;

namespace Chain.Mining;

/// <summary>Judges an engine against BouncyCastle's digest before it is measured or trusted.</summary>
public static class EngineCheck
{
    private const int Nonces = 256;
    private const ulong WidestVector = 16;

    /// <summary>Null when all solutions agree, otherwise the first case that does not, in full.</summary>
    /// <param name="engine">The engine to judge.</param>
    /// <param name="seed">Chooses headers, targets and nonces.</param>
    public static string? Fault(INonceSearcher engine, int seed)
    {
        var reference = new BouncyCastleSearcher();
        foreach (var (job, first) in Cases(seed))
        {
            var expected = reference.Search(job, first, Nonces, CancellationToken.None).Nonces;
            var actual = engine.Search(job, first, Nonces, CancellationToken.None).Nonces;
            if (!expected.SequenceEqual(actual))
            {
                return $"{engine.Name}, seed {seed}: seal hash {job.SealHash}, target {job.Target.ToQuantity()}, {Nonces} "
                    + $"nonces from {first}: "
                       + $"expected [{string.Join(", ", expected)}], got [{string.Join(", ", actual)}]";
            }
        }

        return null;
    }

    private static IEnumerable<(SearchJob Job, ulong First)> Cases(int seed)
    {
        var random = new Random(seed);
        foreach (var lone in LoneSolutions(random)) yield return lone;
        var half = UInt256.MaxValue >> 1;
        yield return (new SearchJob(Hash256.Zero, half), 0);
        yield return (new SearchJob(UInt256.MaxValue.ToHash256(), half), 0);
        yield return (new SearchJob(RandomHash(random), UInt256.MaxValue), 5);
        yield return (new SearchJob(RandomHash(random), UInt256.Zero), 5);

        // Across every carry between the bytes of the nonce, and past the last nonce to zero.
        for (var bits = 8; bits < 64; bits += 8) yield return (new SearchJob(RandomHash(random), half), (1UL << bits) - 77);
        yield return (new SearchJob(RandomHash(random), half), unchecked(0UL - 77));
        for (var i = 0; i < 40; i++)
            yield return (new SearchJob(RandomHash(random), RandomHash(random).ToUInt256() >> random.Next(8)),
                (ulong)random.NextInt64());
    }

    // One nonce that just meets its target, in each place of the widest vector.
    private static IEnumerable<(SearchJob Job, ulong First)> LoneSolutions(Random random)
    {
        var seal = RandomHash(random);
        var nonce = Enumerable.Range(0, 2 * Nonces)
            .Select(i => (ulong)i).MinBy(candidate => KeccakSeal.PowHash(seal, candidate).ToUInt256());
        var job = new SearchJob(seal, KeccakSeal.PowHash(seal, nonce).ToUInt256());
        for (var place = 0UL; place < WidestVector; place++) yield return (job, unchecked(nonce - place));
    }

    private static Hash256 RandomHash(Random random)
    {
        var bytes = new byte[Hash256.Size];
        random.NextBytes(bytes);
        return new Hash256(bytes);
    }
}
