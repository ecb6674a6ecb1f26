using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class StakeStateCodecTests
{
    private static readonly StakeState Sample = StakeSample.Random(new Random(3), validators: 3);

    [Fact]
    public void The_root_is_the_hash_of_the_parts_roots()
    {
        var rlp = new RlpWriter();
        rlp.StartList();
        foreach (var part in Sample.ComputePartRoots()) rlp.Write(part.Root);
        rlp.EndList();

        Assert.Equal(rlp.ToKeccak256(), Sample.ComputeRoot());
        Assert.Equal(15, Sample.ComputePartRoots().Select(part => part.Name).Distinct().Count());
    }

    [Fact]
    public void A_column_is_hashed_as_one_string_of_big_endian_numbers()
    {
        var state = StakeState.Empty(StakeSample.Settings);
        state.Balances = [new Gwei(1), new Gwei(0x0102)];

        var expected = Keccak256.Hash(Convert.FromHexString("90" + "0000000000000001" + "0000000000000102"));
        Assert.Equal(expected, state.ComputePartRoots().Single(part => part.Name == "balances").Root);
    }

    [Fact]
    public void A_changed_copy_of_an_identity_does_not_inherit_its_root()
    {
        var identity = Sample.Identities[0];
        var moved = identity with { WithdrawalAddress = Ledger.Miner };

        Assert.NotEqual(identity.Root, moved.Root);
        Assert.Equal(identity.Root, (moved with { WithdrawalAddress = identity.WithdrawalAddress }).Root);
    }

    [Fact]
    public void Whether_a_root_was_worked_out_does_not_matter_for_equality()
    {
        var (one, other) = (Sample.Identities[0] with { }, Sample.Identities[0] with { });
        Assert.NotEqual(Hash256.Zero, one.Root);

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
    }

    [Fact]
    public void Columns_of_different_lengths_are_refused()
    {
        foreach (var field in StakeSample.Columns)
        {
            var state = Sample.Clone();
            var column = (Array)field.GetValue(state)!;
            var shorter = Array.CreateInstance(field.PropertyType.GetElementType()!, column.Length - 1);
            Array.Copy(column, shorter, shorter.Length);
            field.SetValue(state, shorter);

            Refuses(WithLength(state, column.Length - (field.Name == "Identities" ? 1 : 0)));
        }
    }

    [Fact]
    public void Rings_of_another_length_than_the_settings_are_refused()
    {
        var bytes = StakeStateCodec.Encode(Sample);
        Assert.Throws<RlpException>(() => StakeStateCodec.Decode(bytes, StakeSample.Settings with
        {
            SlotsPerHistoricalRoot = 17,
        }));
        Assert.Throws<RlpException>(() => StakeStateCodec.Decode(bytes, StakeSample.Settings with
        {
            EpochsPerHistoricalVector = 7,
        }));
        Assert.Throws<RlpException>(() => StakeStateCodec.Decode(bytes, StakeSample.Settings with
        {
            EpochsPerSlashingsVector = 9,
        }));
    }

    [Fact]
    public void Values_that_no_state_has_are_refused()
    {
        Refuses(Changed(state => state.JustificationBits = 16));
        Refuses(Changed(state => state.NextWithdrawalValidatorIndex = 3));
        Refuses(Changed(state => state.CurrentParticipation[1] = (ParticipationFlags)8));
        Refuses(Changed(state => state.PreviousParticipation[2] = (ParticipationFlags)255));
        Refuses(Changed(state => state.Identities[0] = state.Identities[0] with
        {
            Key = new ValidatorKey([.. Enumerable.Repeat((byte)255, 64)]),
        }));
    }

    [Fact]
    public void A_state_without_validators_is_a_state()
    {
        var empty = StakeState.Empty(StakeSample.Settings);
        Assert.Equal(empty.ComputeRoot(),
            StakeStateCodec.Decode(StakeStateCodec.Encode(empty), StakeSample.Settings).ComputeRoot());
    }

    private static byte[] Changed(Action<StakeState> change)
    {
        var state = Sample.Clone();
        change(state);
        return StakeStateCodec.Encode(state);
    }

    // The next validator to be paid must exist, or that would be what is refused.
    private static byte[] WithLength(StakeState state, int validators)
    {
        state.NextWithdrawalValidatorIndex = Math.Min(state.NextWithdrawalValidatorIndex, validators - 1);
        return StakeStateCodec.Encode(state);
    }

    private static void Refuses(byte[] bytes) =>
        Assert.Throws<RlpException>(() => StakeStateCodec.Decode(bytes, StakeSample.Settings));
}
