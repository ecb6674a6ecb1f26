using System.Buffers.Binary;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Stake states with so many validators, all active from genesis, for rules that ask nothing of their keys.</summary>
internal static class Registry
{
    public static StakeState Of(int validators, ProofOfStakeSettings? settings = null)
    {
        settings ??= new ProofOfStakeSettings();
        var state = StakeState.Empty(settings);
        state.Identities = [.. Enumerable.Range(0, validators).Select(Identity)];
        state.Balances = Column(new Gwei(settings.MaxEffectiveBalance));
        state.EffectiveBalances = Column(new Gwei(settings.MaxEffectiveBalance));
        state.Slashed = Column(false);
        state.ActivationEligibilityEpochs = Column(Epoch.Genesis);
        state.ActivationEpochs = Column(Epoch.Genesis);
        state.ExitEpochs = Column(Epoch.FarFuture);
        state.WithdrawableEpochs = Column(Epoch.FarFuture);
        state.PreviousParticipation = Column(ParticipationFlags.None);
        state.CurrentParticipation = Column(ParticipationFlags.None);
        state.InactivityScores = Column(0UL);
        return state;

        T[] Column<T>(T value)
        {
            var column = new T[validators];
            Array.Fill(column, value);
            return column;
        }
    }

    /// <summary>A root that is told from others by a number.</summary>
    public static Hash256 Root(ulong number)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], number);
        return new Hash256(bytes);
    }

    /// <summary>A signature that is told from others by a number; nobody made it.</summary>
    public static Signature Signature(ulong number) => new(number, 1, 0);

    private static ValidatorIdentity Identity(int index)
    {
        var key = new byte[ValidatorKey.Size];
        BinaryPrimitives.WriteInt32LittleEndian(key, index);
        return new ValidatorIdentity(new ValidatorKey(key), Address.Zero, RandaoOnion.Begin(Hash256.Zero, Epoch.Genesis, 1));
    }
}
