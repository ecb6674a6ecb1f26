using System.Security.Cryptography;
using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

public sealed class ValidatorSecretTests
{
    private static readonly Epoch First = new(100);

    [Fact]
    public void An_onions_seed_is_the_documented_hash_of_domain_number_and_key()
    {
        byte[] input = [.. "chain/randao-onion/1"u8, 2, 1, 0, 0, 0, 0, 0, 0, .. PrivateKeyOf(1).Secret];

        Assert.Equal(new Hash256(SHA256.HashData(input)), new ValidatorSecret(PrivateKeyOf(1)).OnionSeed(onion: 0x102));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(143)]
    [InlineData(144)]
    [InlineData(145)]
    public void Every_reveal_is_that_of_the_onion_in_whatever_order_it_is_asked_for(int layers)
    {
        var length = (ulong)layers;
        var secret = new ValidatorSecret(PrivateKeyOf(1));
        var epochs = Enumerable.Range(0, layers + 1).ToArray();
        new Random(layers).Shuffle(epochs);

        Assert.All(epochs, epoch => Assert.Equal(
            RandaoOnion.Reveal(secret.OnionSeed(), First, First + (ulong)epoch, length),
            secret.Reveal(First, First + (ulong)epoch, length)));
        Assert.Equal(secret.Reveal(First, First, length), secret.Commitment(length));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 500)]
    [InlineData(21, 7)]
    public void Commitments_made_side_by_side_are_those_made_one_by_one(int count, ulong layers)
    {
        ValidatorSecret[] secrets = [.. Enumerable.Range(1,
            count).Select(number => new ValidatorSecret(PrivateKeyOf((byte)number)))];

        Assert.Equal(secrets.Select(secret => secret.Commitment(layers)), ValidatorKeys.Commitments(secrets, layers));
    }

    [Fact]
    public void A_chain_follows_the_reveals_of_a_full_size_onion_from_its_commitment()
    {
        const ulong layers = 1 << 16;
        var secret = new ValidatorSecret(PrivateKeyOf(1));
        var onion = RandaoOnion.Begin(secret.Commitment(layers), First, layers);

        foreach (var epoch in new ulong[] { 0, 1, 2, 255, 256, 257, 1000, 65_535, 65_536 })
        {
            onion = onion.AfterReveal(secret.Reveal(First, First + epoch, layers), First + epoch, layers);
            Assert.NotNull(onion);
        }

        Assert.Equal(secret.OnionSeed(), onion.Layer);
    }

    [Fact]
    public void Onions_of_one_validator_and_of_two_share_nothing()
    {
        var (one, other) = (new ValidatorSecret(PrivateKeyOf(1)), new ValidatorSecret(PrivateKeyOf(2)));

        Assert.Equal(3, new[] { one.Commitment(8), one.Commitment(8, onion: 1), other.Commitment(8) }.Distinct().Count());
        Assert.Equal(one.Commitment(8), new ValidatorSecret(PrivateKeyOf(1)).Commitment(8));
    }

    [Fact]
    public void An_onion_is_found_by_its_commitment_among_as_many_as_can_have_been_before_it()
    {
        var secret = new ValidatorSecret(PrivateKeyOf(1));
        Assert.Equal(0UL, secret.FindOnion(secret.Commitment(8), Epoch.Genesis, 8));
        Assert.Null(secret.FindOnion(secret.Commitment(8, onion: 1), new Epoch(8), 8));
        Assert.Equal(1UL, new ValidatorSecret(PrivateKeyOf(1)).FindOnion(secret.Commitment(8, onion: 1), new Epoch(9), 8));
        Assert.Equal(2UL, secret.FindOnion(secret.Commitment(8, onion: 2), new Epoch(100), 8));
        Assert.Null(secret.FindOnion(new ValidatorSecret(PrivateKeyOf(2)).Commitment(8), new Epoch(100), 8));
    }

    [Fact]
    public void What_is_revealed_of_a_later_onion_hashes_forward_to_its_commitment()
    {
        var secret = new ValidatorSecret(PrivateKeyOf(1));
        var onion = RandaoOnion.Begin(secret.Commitment(8, onion: 3), First, 8);
        Assert.NotNull(onion.AfterReveal(secret.Reveal(onion, First + 5, 8)!.Value, First + 5, 8));
        Assert.Null(new ValidatorSecret(PrivateKeyOf(2)).Reveal(onion, First + 5, 8));
    }

    [Theory]
    [InlineData(99)]
    [InlineData(109)]
    public void An_epoch_outside_the_onion_is_refused(ulong epoch) =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new ValidatorSecret(PrivateKeyOf(1)).Reveal(First, new Epoch(epoch), layers: 8));

    [Fact]
    public void It_prints_as_its_public_key()
    {
        var printed = new ValidatorSecret(PrivateKeyOf(1)).ToString();

        Assert.Contains(KeyOf(1).ToString(), printed, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(PrivateKeyOf(1).Secret), printed, StringComparison.Ordinal);
    }
}
