using Chain.Consensus.Work;
using Chain.Mining;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Every engine against BouncyCastle's digest. Engines whose instructions this processor lacks are judged too, with
/// plain operators in place of those instructions.</summary>
public sealed class NonceSearcherTests
{
    private static readonly BouncyCastleSearcher Reference = new();

    // One nonce in 16 and one in 2: several solutions in most vectors, and candidates just above the target.
    private static readonly UInt256 OneInSixteen = UInt256.MaxValue >> 4;
    private static readonly UInt256 OneInTwo = UInt256.MaxValue >> 1;

    public static TheoryData<string> Engines()
    {
        var names = new TheoryData<string>();
        foreach (var engine in NonceSearchers.All()) names.Add(engine.Name);
        return names;
    }

    private static INonceSearcher Engine(string name) => NonceSearchers.All().Single(engine => engine.Name == name);

    [Theory]
    [MemberData(nameof(Engines))]
    public void Finds_what_the_reference_finds_over_random_headers_and_targets(string name)
    {
        var random = new Random(4);
        for (var i = 0; i < 50; i++)
        {
            var target = RandomHash(random).ToUInt256() >> random.Next(0, 9);
            AssertSame(name, new SearchJob(RandomHash(random), target), (ulong)random.NextInt64(), (ulong)random.Next(1, 200));
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Reads_headers_of_all_zeros_and_all_ones_right(string name)
    {
        AssertSame(name, new SearchJob(Hash256.Zero, OneInSixteen), 0, 500);
        AssertSame(name, new SearchJob(UInt256.MaxValue.ToHash256(), OneInSixteen), 0, 500);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Walks_past_the_last_nonce_to_zero(string name)
    {
        var job = new SearchJob(RandomHash(new Random(1)), OneInTwo);
        for (var before = 0UL; before < 20; before++) AssertSame(name, job, ulong.MaxValue - before, 40);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Crosses_every_byte_of_the_nonce(string name)
    {
        var job = new SearchJob(RandomHash(new Random(2)), OneInTwo);
        for (var bits = 8; bits < 64; bits += 8) AssertSame(name, job, (1UL << bits) - 9, 18);
        AssertSame(name, job, (1UL << 63) - 9, 18);
        AssertSame(name, job, (1UL << 32) - 9, 18);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Sees_a_lone_solution_in_every_lane(string name)
    {
        var job = new SearchJob(RandomHash(new Random(3)), UInt256.MaxValue >> 12);
        var nonce = Reference.Search(job, 0, 100_000, CancellationToken.None).Nonces[0];
        for (var lane = 0UL; lane < 16; lane++)
        {
            var result = Engine(name).Search(job, nonce - lane, 16, CancellationToken.None);
            Assert.Contains(nonce, result.Nonces);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Keeps_to_the_range_whatever_its_length(string name)
    {
        var job = new SearchJob(RandomHash(new Random(5)), UInt256.MaxValue);
        for (var count = 0UL; count <= 20; count++) AssertSame(name, job, 1000, count);
        AssertSame(name, job, 77, 1024 + 3);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Takes_a_hash_that_equals_the_target_and_refuses_one_above(string name)
    {
        var random = new Random(6);
        for (var i = 0; i < 20; i++)
        {
            var seal = RandomHash(random);
            var nonce = (ulong)random.NextInt64();
            var hash = KeccakSeal.PowHash(seal, nonce).ToUInt256();
            Assert.Equal([nonce], Engine(name).Search(new SearchJob(seal, hash), nonce, 1, CancellationToken.None).Nonces);
            Assert.Empty(Engine(name).Search(new SearchJob(seal, hash - UInt256.One), nonce, 1, CancellationToken.None).Nonces);
        }
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public void Finds_nothing_below_a_target_of_zero(string name) =>
        Assert.Empty(Engine(name).Search(new SearchJob(Hash256.Zero, UInt256.Zero), 0, 5000, CancellationToken.None).Nonces);

    [Theory]
    [MemberData(nameof(Engines))]
    public void Stops_at_once_when_cancelled(string name)
    {
        var result = Engine(name).Search(new SearchJob(Hash256.Zero, UInt256.MaxValue), 0, ulong.MaxValue,
            new CancellationToken(canceled: true));
        Assert.Equal(0UL, result.HashesDone);
        Assert.Empty(result.Nonces);
    }

    [Theory]
    [MemberData(nameof(Engines))]
    public async Task Returns_what_it_has_when_cancelled_under_way(string name)
    {
        using var source = new CancellationTokenSource();
        var job = new SearchJob(Hash256.Zero, UInt256.MaxValue >> 10);
        var search = Task.Run(() => Engine(name).Search(job, 0, ulong.MaxValue, source.Token));
        await source.CancelAsync();
        var result = await search;
        Assert.Equal(Reference.Search(job, 0, result.HashesDone, CancellationToken.None).Nonces, result.Nonces);
    }

    [Fact]
    public void The_reference_agrees_with_the_hash_of_the_chain()
    {
        var job = new SearchJob(RandomHash(new Random(7)), OneInSixteen);
        var expected = Enumerable.Range(0, 1000).Select(i => (ulong)i).Where(job.IsSolvedBy);
        Assert.Equal(expected, Reference.Search(job, 0, 1000, CancellationToken.None).Nonces);
    }

    [Fact]
    public void The_truth_tables_of_ternary_logic_say_what_their_names_say()
    {
        for (var bits = 0; bits < 8; bits++)
        {
            var (a, b, c) = ((bits >> 2) & 1, (bits >> 1) & 1, bits & 1);
            Assert.Equal(a ^ b ^ c, (TernaryLogic.Xor3 >> bits) & 1);
            Assert.Equal(a ^ (~b & c & 1), (TernaryLogic.Chi >> bits) & 1);
        }
    }

    [Fact]
    public void The_best_engine_is_one_that_runs_here_and_scalar_is_the_last_resort()
    {
        Assert.Same(NonceSearchers.Available()[0], NonceSearchers.Best);
        Assert.Equal("scalar", NonceSearchers.Available()[^1].Name);
        Assert.Equal(NonceSearchers.All().Count, NonceSearchers.Available().Count + NonceSearchers.Unavailable().Count);
    }

    private static void AssertSame(string name, SearchJob job, ulong first, ulong count)
    {
        var expected = Reference.Search(job, first, count, CancellationToken.None);
        var actual = Engine(name).Search(job, first, count, CancellationToken.None);
        Assert.Equal(expected.HashesDone, actual.HashesDone);
        Assert.True(expected.Nonces.SequenceEqual(actual.Nonces),
            $"{name}: seal {job.SealHash}, target {job.Target.ToQuantity()}, from {first}, {count} nonces: " +
            $"expected [{string.Join(", ", expected.Nonces)}], got [{string.Join(", ", actual.Nonces)}]");
    }

    private static Hash256 RandomHash(Random random)
    {
        var bytes = new byte[Hash256.Size];
        random.NextBytes(bytes);
        return new Hash256(bytes);
    }
}
