using System.Reflection;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Stake states for tests: any that the types allow, not only those that a chain could reach.</summary>
internal static class StakeSample
{
    public static readonly ProofOfStakeSettings Settings = new()
    {
        SlotsPerHistoricalRoot = 16,
        EpochsPerHistoricalVector = 8,
        EpochsPerSlashingsVector = 8,
    };

    /// <summary>What a state consists of: all that can be set, but the memory of worked out committees.</summary>
    public static readonly IReadOnlyList<PropertyInfo> Fields = [.. typeof(StakeState)
        .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
        .Where(property => property.SetMethod is not null && property.Name != nameof(StakeState.Committees))];

    /// <summary>The registry's columns among them: all of one length.</summary>
    public static readonly IReadOnlyList<PropertyInfo> Columns = [.. Fields.Where(field =>
        field.PropertyType.IsArray && !IsRing(field))];

    /// <summary>The key of a validator, from one up.</summary>
    public static PrivateKey KeyOf(int number)
    {
        var secret = new byte[PrivateKey.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(secret.AsSpan(28), number);
        return new PrivateKey(secret);
    }

    public static StakeState Random(Random random, int validators)
    {
        var state = StakeState.Empty(Settings);
        foreach (var field in Fields)
        {
            if (field.PropertyType.IsArray) Fill(state, field, random, validators);
            else field.SetValue(state, Value(field.PropertyType, random));
        }

        state.NextWithdrawalValidatorIndex = random.Next(Math.Max(1, validators));
        state.JustificationBits &= 0b1111;
        return state;
    }

    /// <summary>A value that differs, for a field or an item of an array.</summary>
    public static object Other(object value, Random random)
    {
        for (; ; )
        {
            if (Value(value.GetType(), random) is { } other && !other.Equals(value)) return other;
        }
    }

    private static void Fill(StakeState state, PropertyInfo field, Random random, int validators)
    {
        var array = IsRing(field)
            ? (Array)field.GetValue(state)!
            : Array.CreateInstance(field.PropertyType.GetElementType()!, validators);
        for (var i = 0; i < array.Length; i++) array.SetValue(Value(field.PropertyType.GetElementType()!, random), i);
        if (!IsRing(field)) field.SetValue(state, array);
    }

    private static bool IsRing(PropertyInfo field) =>
        field.Name is nameof(StakeState.BlockRoots) or nameof(StakeState.RandaoMixes) or nameof(StakeState.Slashings);

    private static object Value(Type type, Random random)
    {
        if (type == typeof(ulong)) return Number(random);
        if (type == typeof(int)) return random.Next(4);
        if (type == typeof(byte)) return (byte)random.Next(16);
        if (type == typeof(bool)) return random.Next(2) == 0;
        if (type == typeof(ParticipationFlags)) return (ParticipationFlags)random.Next(8);
        if (type == typeof(Slot)) return new Slot(Number(random));
        if (type == typeof(Epoch)) return new Epoch(Number(random));
        if (type == typeof(Gwei)) return new Gwei(Number(random));
        if (type == typeof(Hash256)) return Hash(random);
        if (type == typeof(Checkpoint)) return new Checkpoint(new Epoch(Number(random)), Hash(random));
        if (type == typeof(ValidatorIdentity)) return Identity(random);
        throw new InvalidOperationException($"A state has a {type.Name} now, for which the sample knows no values.");
    }

    private static ulong Number(Random random) => random.Next(4) switch
    {
        0 => 0,
        1 => (ulong)random.Next(300),
        2 => ulong.MaxValue,
        _ => (ulong)random.NextInt64(),
    };

    private static Hash256 Hash(Random random)
    {
        var bytes = new byte[Hash256.Size];
        random.NextBytes(bytes);
        return new Hash256(bytes);
    }

    private static ValidatorIdentity Identity(Random random) => new(
        new ValidatorKey(KeyOf(random.Next(1, 200)).PublicKey),
        random.Next(2) == 0 ? null : KeyOf(random.Next(1, 200)).Address,
        new RandaoOnion(Hash(random), Hash(random), new Epoch(Number(random)), new Epoch(Number(random)),
            random.Next(2) == 0 ? null : Hash(random), new Epoch(Number(random))));
}
