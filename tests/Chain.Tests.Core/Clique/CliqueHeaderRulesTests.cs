using Chain.Consensus;
using Chain.Consensus.Clique;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class CliqueHeaderRulesTests
{
    private readonly CliqueScene _scene = new("ABC", epoch: 4, period: 5);

    [Fact]
    public void A_block_in_turn_and_one_out_of_turn_are_good()
    {
        Assert.Equal(2UL, _scene.Seal(_scene.Genesis, 'B').Header.Difficulty);
        Assert.Null(Check('B'));
        Assert.Equal(1UL, _scene.Seal(_scene.Genesis, 'A').Header.Difficulty);
        Assert.Null(Check('A'));
    }

    [Theory]
    [InlineData('B', 1)]
    [InlineData('A', 2)]
    public void A_difficulty_that_does_not_say_whose_turn_it_is_is_refused(char signer, int difficulty) =>
        Assert.IsType<HeaderError.WrongDifficulty>(Check(signer, header => header with { Difficulty = (ulong)difficulty }));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public void Any_other_difficulty_is_refused_without_the_parent(int difficulty) =>
        Assert.IsType<HeaderError.WrongDifficulty>(CheckAlone(header => header with { Difficulty = (ulong)difficulty }));

    [Fact]
    public void A_block_within_the_period_is_refused()
    {
        Assert.IsType<CliqueHeaderError.TooEarly>(Check('B', header => header with { Timestamp = header.Timestamp - 1 }));
        Assert.IsType<CliqueHeaderError.TooEarly>(Check('B', header => header with { Timestamp = 0 }));
    }

    [Fact]
    public void Equal_timestamps_are_good_without_a_period()
    {
        var scene = new CliqueScene("ABC", period: 0);
        var head = scene.Extend(scene.Genesis, "BCABC");
        Assert.Equal(scene.Genesis.Header.Timestamp, head.Header.Timestamp);
    }

    [Fact]
    public void Fifteen_seconds_ahead_of_the_clock_are_allowed_and_sixteen_are_deferred()
    {
        Assert.Null(Check('B', header => header with { Timestamp = CliqueScene.Now.UnixSeconds + 15 }));
        Assert.IsType<HeaderError.FromTheFuture>(
            Check('B', header => header with { Timestamp = CliqueScene.Now.UnixSeconds + 16 }));
        Assert.IsType<HeaderError.FromTheFuture>(Check('B', header => header with { Timestamp = ulong.MaxValue }));
    }

    [Fact]
    public void A_header_that_is_wrong_otherwise_is_not_deferred() =>
        Assert.IsType<CliqueHeaderError.UnauthorizedSigner>(Check('D', header => header with { Timestamp = ulong.MaxValue }));

    [Fact]
    public void A_seal_covers_every_field()
    {
        Func<BlockHeader, BlockHeader>[] changes =
        [
            header => header with { Beneficiary = CliqueScene.Account('D') },
            header => header with { Nonce = CliqueVote.NonceAuthorize },
            header => header with { GasUsed = 1 },
            header => header with { Timestamp = header.Timestamp + 1 },
            header => header with { BaseFeePerGas = 1 },
            header => header with { ExtraData = WithVanity(header.ExtraData, 9) },
        ];
        var sealedHeader = _scene.Seal(_scene.Genesis, 'B').Header;
        Assert.True(CliqueSeal.TryRecover(sealedHeader, out var signer));
        Assert.Equal(CliqueScene.Account('B'), signer);
        foreach (var change in changes)
            Assert.False(CliqueSeal.TryRecover(change(sealedHeader), out var other) && other == CliqueScene.Account('B'));
    }

    [Fact]
    public void The_other_signature_of_the_same_seal_is_refused_so_that_nobody_else_can_give_a_block_a_second_hash()
    {
        var header = _scene.Seal(_scene.Genesis, 'B').Header;
        var seal = CliqueExtra.Seal(header.ExtraData.Span);
        var twin = new Signature(seal.R, Secp256k1.Order - seal.S, (byte)(1 - seal.YParity));
        Assert.IsType<CliqueHeaderError.UnrecoverableSeal>(_scene.Take(new SealedHeader(CliqueSeal.Attach(header, twin))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(32)]
    [InlineData(96)]
    [InlineData(98)]
    [InlineData(117)]
    public void ExtraData_of_another_length_is_refused_without_the_parent(int length) =>
        Assert.IsType<CliqueHeaderError.WrongExtraDataLength>(
            CheckAlone(header => header with { ExtraData = new byte[length] }));

    [Theory]
    [InlineData(97)]
    [InlineData(116)]
    [InlineData(97 + (20 * (CliqueExtra.MaxSigners + 1)))]
    public void A_checkpoint_without_a_whole_and_bounded_list_is_refused_without_the_parent(int length) =>
        Assert.IsType<CliqueHeaderError.WrongExtraDataLength>(
            CheckAlone(header => header with { Number = 4, ExtraData = new byte[length] }));

    [Theory]
    [InlineData("AB")]
    [InlineData("ACB")]
    [InlineData("ABCD")]
    public void A_checkpoint_that_lists_others_than_its_parents_signers_is_refused(string listed)
    {
        var parent = _scene.Extend(_scene.Genesis, "BCA");
        Assert.IsType<CliqueHeaderError.WrongCheckpointSigners>(_scene.Take(_scene.Seal(parent, 'B', checkpoint: listed)));
        Assert.Null(_scene.Take(_scene.Seal(parent, 'B')));
    }

    [Fact]
    public void A_checkpoint_that_votes_is_refused()
    {
        var parent = _scene.Extend(_scene.Genesis, "BCA");
        var candidate = _scene.Seal(parent, 'B', voted: 'D');
        Assert.Equal("beneficiary", Assert.IsType<HeaderError.UnexpectedField>(_scene.Take(candidate)).Name);
        var nonce = _scene.Seal(parent, 'B', authorize: true);
        Assert.Equal("nonce", Assert.IsType<HeaderError.UnexpectedField>(_scene.Take(nonce)).Name);
    }

    [Fact]
    public void A_nonce_that_is_neither_vote_is_refused() =>
        Assert.Equal("nonce", Assert.IsType<HeaderError.UnexpectedField>(CheckAlone(header => header with { Nonce = 1 })).Name);

    [Fact]
    public void Fields_of_other_rules_are_refused()
    {
        Assert.Equal("mixHash", Assert.IsType<HeaderError.UnexpectedField>(
            CheckAlone(header => header with { MixHash = Keccak256.Hash([]) })).Name);
        Assert.Equal("withdrawalsRoot", Assert.IsType<HeaderError.UnexpectedField>(
            CheckAlone(header => header with { WithdrawalsRoot = BlockHeader.EmptyTrieRoot })).Name);
        Assert.IsType<HeaderError.HasOmmers>(CheckAlone(header => header with { OmmersHash = Hash256.Zero }));
    }

    [Fact]
    public void London_s_rules_hold()
    {
        Assert.IsType<HeaderError.WrongBaseFee>(Check('B', header => header with { BaseFeePerGas = 1 }));
        Assert.IsType<HeaderError.GasLimitOutOfBounds>(Check('B', header => header with { GasLimit = 1_000_000 }));
        Assert.IsType<HeaderError.WrongNumber>(Check('B', header => header with { Number = 2 }));
    }

    private static byte[] WithVanity(ReadOnlyMemory<byte> extraData, byte first)
    {
        var copy = extraData.ToArray();
        copy[0] = first;
        return copy;
    }

    private HeaderError? Check(char signer, Func<BlockHeader, BlockHeader>? change = null) =>
        _scene.Take(_scene.Seal(_scene.Genesis, signer, change: change));

    /// <summary>Changed after the seal: what is refused here is refused before it is recovered.</summary>
    private HeaderError? CheckAlone(Func<BlockHeader, BlockHeader> change) =>
        _scene.Rules.CheckSeal(new SealedHeader(change(_scene.Seal(_scene.Genesis, 'B').Header)));
}
