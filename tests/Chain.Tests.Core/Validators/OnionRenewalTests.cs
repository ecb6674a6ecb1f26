using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Rules.Stake;
using Chain.Testnet;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

/// <summary>Over registries with onions of 100 layers and a delay of 6 epochs.</summary>
public sealed class OnionRenewalTests
{
    private const ulong Layers = 100;

    private static readonly ValidatorSecret Secret = new(PrivateKeyOf(1));

    [Fact]
    public void The_next_commitment_is_that_of_the_onion_after_the_one_in_use()
    {
        Assert.Equal(Secret.Commitment(Layers, onion: 1),
            OnionRenewal.NextCommitment(Secret, Validator(Secret.Commitment(Layers), 0), Layers));
        Assert.Equal(Secret.Commitment(Layers, onion: 2),
            OnionRenewal.NextCommitment(Secret, Validator(Secret.Commitment(Layers, onion: 1), 101), Layers));
    }

    [Fact]
    public void What_cannot_be_renewed_is_refused_with_the_reason()
    {
        Assert.Contains("is no validator's on this chain", Refusal(null), StringComparison.Ordinal);
        Assert.Contains("of none of its key's onions", Refusal(Validator(Hash256.Zero, 0)), StringComparison.Ordinal);
        Assert.Contains("announced already; it is in use from epoch 101 on",
            Refusal(Validator(Secret.Commitment(Layers), 0, Secret.Commitment(Layers, onion: 1))), StringComparison.Ordinal);
    }

    [Fact]
    public void More_stake_repeats_what_was_announced_last()
    {
        Assert.Null(OnionRenewal.LatestCommitment(null));
        Assert.Equal(Secret.Commitment(Layers), OnionRenewal.LatestCommitment(Validator(Secret.Commitment(Layers), 0)));
        Assert.Equal(Hash256.Zero, OnionRenewal.LatestCommitment(Validator(Secret.Commitment(Layers), 0, Hash256.Zero)));
    }

    [Theory]
    [InlineData(88, "active", null)]
    [InlineData(89, "active",
        "v3's RANDAO onion ends in 12 epochs: its proposals are invalid from epoch 101 on. Announce the next with `chain "
            + "validator deposit --renew` before epoch 95")]
    [InlineData(97, "exiting",
        "v3's RANDAO onion ends in 4 epochs: its proposals are invalid from epoch 101 on. Announce the next with `chain "
            + "validator deposit --renew`")]
    [InlineData(101, "pending",
        "v3 has no RANDAO onion in use: its proposals are invalid. Announce one with `chain validator deposit --renew`")]
    [InlineData(101, "withdrawn", null)]
    public void Who_proposes_is_warned_before_and_after_its_onion_ends(int epoch, string status, string? warning)
    {
        var registry = new ValidatorRegistry(
            8, (ulong)epoch, [Validator(Hash256.Zero, 0, status: status)], new DepositRules(Address.Zero, 1, Layers, 6));
        Assert.Equal(warning is null ? [] : [warning], OnionRenewal.Warnings(registry));
    }

    private static string Refusal(RegisteredValidator? validator) =>
        Assert.Throws<TestnetException>(() => OnionRenewal.NextCommitment(Secret, validator, Layers)).Message;

    private static RegisteredValidator Validator(
        Hash256 commitment, ulong first, Hash256? next = null, string status = "active") =>
        new(3, new string('0', 66), status, 32_000_000_000, default, 0, IsLocal: true, Silent: null, new RegisteredOnion(
            commitment, first, first + Layers + 1, next, next is null ? null : first + Layers + 1));
}
