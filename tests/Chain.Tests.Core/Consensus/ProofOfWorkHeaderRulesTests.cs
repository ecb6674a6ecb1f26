using Chain.Consensus;
using Chain.Consensus.Work;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class ProofOfWorkHeaderRulesTests
{
    private static readonly At Now = new(1_700_000_010_000);
    private static readonly ProofOfWorkSettings Settings = new();
    private static readonly ConsensusRules Rules = Of(Settings);
    private static readonly ProofOfWorkHeaderRules Headers = new(Settings);
    private static readonly SealedHeader Parent = new(new BlockHeader
    {
        ParentHash = Keccak256.Hash([1]),
        Beneficiary = Address.Zero,
        StateRoot = BlockHeader.EmptyTrieRoot,
        TransactionsRoot = BlockHeader.EmptyTrieRoot,
        ReceiptsRoot = BlockHeader.EmptyTrieRoot,
        LogsBloom = Bloom.Empty,
        Difficulty = 1_000_000,
        Number = 41,
        GasLimit = 30_000_000,
        GasUsed = 20_000_000,
        Timestamp = 1_700_000_000,
        BaseFeePerGas = 1_000_000_000,
    });

    private static readonly BlockHeader Child =
        Rules.Lifecycle.Prepare(Parent, new Address(new byte[20]), new byte[] { 7 }, Now)!;

    [Fact]
    public void A_prepared_header_satisfies_every_rule_but_the_seal()
    {
        Assert.Null(Check(Child));
        Assert.Equal(42UL, Child.Number);
        Assert.Equal(Now.UnixSeconds, Child.Timestamp);
        Assert.Equal(Parent.Header.StateRoot, Child.StateRoot);
    }

    [Fact]
    public void Another_parent_is_refused() => Expect<HeaderError.WrongParent>(Child with { ParentHash = Hash256.Zero });

    [Theory]
    [InlineData(0)]
    [InlineData(41)]
    [InlineData(43)]
    [InlineData(ulong.MaxValue)]
    public void A_number_that_does_not_follow_the_parents_is_refused(ulong number)
    {
        var error = Expect<HeaderError.WrongNumber>(Child with { Number = number });
        Assert.Equal((number, 42UL), (error.Got, error.Expected));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_699_999_999)]
    [InlineData(1_700_000_000)]
    public void A_timestamp_not_after_the_parents_is_refused(ulong timestamp) =>
        Expect<HeaderError.TimestampNotAfterParent>(WithTime(timestamp));

    [Fact]
    public void Fifteen_seconds_ahead_of_the_clock_are_allowed_and_sixteen_are_deferred()
    {
        Assert.Null(Check(WithTime(Now.UnixSeconds + 15)));
        var error = Expect<HeaderError.FromTheFuture>(WithTime(Now.UnixSeconds + 16));
        Assert.Equal(Now.UnixSeconds + 15, error.LatestAllowed);
    }

    [Fact]
    public void A_header_at_the_end_of_time_is_judged_without_overflow() =>
        Expect<HeaderError.FromTheFuture>(WithTime(ulong.MaxValue));

    [Fact]
    public void A_header_that_is_wrong_otherwise_is_not_deferred() =>
        Expect<HeaderError.WrongDifficulty>(WithTime(ulong.MaxValue) with { Difficulty = 5 });

    [Theory]
    [InlineData(30_000_000 + 29_296, true)]
    [InlineData(30_000_000 - 29_295, true)]
    [InlineData(30_000_000 + 29_297, false)]
    [InlineData(30_000_000 - 29_297, false)]
    [InlineData(0, false)]
    [InlineData(ulong.MaxValue, false)]
    public void The_gas_limit_moves_by_less_than_a_1024th_of_the_parents(ulong limit, bool isAllowed)
    {
        var error = Check(Child with { GasLimit = limit == 30_000_000 + 29_296 ? limit - 1 : limit });
        Assert.Equal(isAllowed, error is null);
        if (!isAllowed) Assert.IsType<HeaderError.GasLimitOutOfBounds>(error);
    }

    [Fact]
    public void The_gas_limit_never_falls_below_5000()
    {
        var parent = new SealedHeader(Parent.Header with { GasLimit = 5001, GasUsed = 0 });
        var child = Rules.Lifecycle.Prepare(parent, Address.Zero, ReadOnlyMemory<byte>.Empty, Now)!;
        Assert.Null(Headers.CheckAgainstParent(new SealedHeader(child with { GasLimit = 5000 }), parent, Now));
        Assert.IsType<HeaderError.GasLimitOutOfBounds>(
            Headers.CheckAgainstParent(new SealedHeader(child with { GasLimit = 4999 }), parent, Now));
    }

    [Fact]
    public void Gas_used_above_the_limit_is_refused() => Expect<HeaderError.GasUsedAboveLimit>(Child with
    {
        GasUsed = Child.GasLimit + 1,
    });

    [Fact]
    public void A_wrong_base_fee_is_refused()
    {
        var error = Expect<HeaderError.WrongBaseFee>(Child with { BaseFeePerGas = 1_000_000_000 });
        Assert.Equal(1_041_666_666UL, error.Expected);
    }

    [Fact]
    public void A_wrong_difficulty_is_refused() => Expect<HeaderError.WrongDifficulty>(Child with
    {
        Difficulty = Child.Difficulty + 1,
    });

    [Fact]
    public void More_than_32_bytes_of_extra_data_are_refused()
    {
        Assert.Null(Check(Child with { ExtraData = new byte[32] }));
        Expect<HeaderError.ExtraDataTooLong>(Child with { ExtraData = new byte[33] });
    }

    [Fact]
    public void Ommers_are_refused() => Expect<HeaderError.HasOmmers>(Child with { OmmersHash = Hash256.Zero });

    [Fact]
    public void A_mix_hash_is_refused() =>
        Assert.Equal("mixHash", Expect<HeaderError.UnexpectedField>(Child with { MixHash = Keccak256.Hash([]) }).Name);

    [Fact]
    public void A_withdrawals_root_is_refused() =>
        Assert.Equal("withdrawalsRoot",
            Expect<HeaderError.UnexpectedField>(Child with { WithdrawalsRoot = BlockHeader.EmptyTrieRoot }).Name);

    [Fact]
    public void A_nonce_that_does_not_meet_the_target_is_an_invalid_seal()
    {
        var header = Child with { Difficulty = UInt256.MaxValue };
        var error = Assert.IsType<HeaderError.InvalidSeal>(Headers.CheckSeal(new SealedHeader(header)));
        Assert.Equal(UInt256.One, error.Target);
        Assert.Equal(KeccakSeal.PowHash(header.SealHash(), header.Nonce), error.PowHash);
    }

    [Fact]
    public void A_nonce_found_by_search_seals_the_header()
    {
        var header = Child with { Difficulty = Asert.MinimumDifficulty };
        var sealHash = header.SealHash();
        var nonce = 0UL;
        while (!KeccakSeal.IsSolution(sealHash, nonce, header.Difficulty)) nonce++;
        Assert.Null(Headers.CheckSeal(new SealedHeader(header with { Nonce = nonce })));
        Assert.IsType<HeaderError.InvalidSeal>(Headers.CheckSeal(new SealedHeader(header with
        {
            Nonce = nonce,
            GasUsed = 1,
        })));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_535)]
    public void A_difficulty_below_the_floor_is_refused_with_the_seal(ulong difficulty) =>
        Assert.IsType<HeaderError.WrongDifficulty>(Headers.CheckSeal(new SealedHeader(Child with
        {
            Difficulty = difficulty,
        })));

    [Fact]
    public void A_simulated_seal_needs_no_work()
    {
        var rules = new ProofOfWorkHeaderRules(Settings with { Seal = SealKind.Simulated });
        Assert.Null(rules.CheckSeal(new SealedHeader(Child)));
    }

    [Fact]
    public void A_fixed_difficulty_stays_the_parents()
    {
        var settings = Settings with { DifficultyRule = DifficultyRule.Fixed };
        var rules = new ProofOfWorkHeaderRules(settings);
        var parent = new SealedHeader(Parent.Header with { Difficulty = 1 });
        var child = Of(settings).Lifecycle.Prepare(parent, Address.Zero, ReadOnlyMemory<byte>.Empty, Now)!;
        Assert.Equal(UInt256.One, child.Difficulty);
        Assert.Null(rules.CheckAgainstParent(new SealedHeader(child), parent, Now));
        Assert.Null(rules.CheckSeal(new SealedHeader(child)));
    }

    [Fact]
    public void The_target_is_all_ones_divided_by_the_difficulty()
    {
        Assert.Equal(UInt256.MaxValue, KeccakSeal.Target(1));
        Assert.Equal(UInt256.One, KeccakSeal.Target(UInt256.MaxValue));
        Assert.Equal(UInt256.Parse("0x5555555555555555555555555555555555555555555555555555555555555555"), KeccakSeal.Target(3));
    }

    [Fact]
    public void The_proof_of_work_hash_covers_the_seal_hash_and_the_nonce_in_big_endian_order()
    {
        var input = new byte[40];
        Child.SealHash().CopyTo(input);
        input[39] = 2;
        input[38] = 1;
        Assert.Equal(Keccak256.Hash(input), KeccakSeal.PowHash(Child.SealHash(), 0x0102));
    }

    [Fact]
    public void The_reward_goes_to_the_beneficiary()
    {
        var credit = Assert.Single(Rules.Lifecycle.Rewards(Child));
        Assert.Equal((Child.Beneficiary, Settings.BlockReward), (credit.Account, credit.Wei));
        Assert.Empty(Of(Settings with { BlockReward = 0 }).Lifecycle.Rewards(Child));
    }

    [Fact]
    public void A_block_on_a_parent_from_the_future_bound_waits()
    {
        var parent = new SealedHeader(Parent.Header with { Timestamp = Now.UnixSeconds + 15 });
        Assert.Null(Rules.Lifecycle.Prepare(parent, Address.Zero, ReadOnlyMemory<byte>.Empty, Now));
        Assert.NotNull(Rules.Lifecycle.Prepare(parent, Address.Zero, ReadOnlyMemory<byte>.Empty, Now.Plus(1000)));
    }

    [Theory]
    [InlineData(10_000_000, 30_000_000)]
    [InlineData(60_000_000, 30_000_000)]
    [InlineData(5_000, 20_000)]
    [InlineData(20_000, 0)]
    public void The_gas_limit_reaches_its_target_by_allowed_steps(ulong start, ulong target)
    {
        var limit = start;
        for (var step = 0; step < 20_000; step++)
        {
            var next = GasLimitRule.Towards(limit, target);
            Assert.Null(GasLimitRule.Check(Child with { GasLimit = next, GasUsed = 0 }, Child with { GasLimit = limit }));
            limit = next;
        }

        Assert.Equal(Math.Max(target, GasLimitRule.Minimum), limit);
    }

    private static ConsensusRules Of(ProofOfWorkSettings settings) =>
        ProofOfWork.Create(new ChainSpec { ChainId = 1, Consensus = settings }, settings);

    private static HeaderError? Check(BlockHeader header) =>
        Headers.CheckAgainstParent(new SealedHeader(header), Parent, Now);

    private static T Expect<T>(BlockHeader header) => Assert.IsType<T>(Check(header));

    /// <summary>Another timestamp, with the difficulty that belongs to it.</summary>
    private static BlockHeader WithTime(ulong timestamp) =>
        Child with
        {
            Timestamp = timestamp,
            Difficulty = Asert.NextDifficulty(Parent.Header, timestamp, Settings.BlockTimeSeconds),
        };
}
