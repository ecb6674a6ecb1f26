using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// One part of a stake state in its encoding: the scalars as a list, each column of the registry and each ring as one string:
/// numbers as eight bytes big-endian, hashes as they are, flags and participation one byte each. Only the identities, which
/// differ in length, are a list; it comes first of the columns and says how many validators there are.
/// </summary>
internal sealed class StakeStatePart
{
    public delegate void PartReader(StakeState state, ref RlpReader rlp);

    private const byte AllParticipationFlags =
        (byte)(ParticipationFlags.TimelySource | ParticipationFlags.TimelyTarget | ParticipationFlags.TimelyHead);

    public static readonly IReadOnlyList<StakeStatePart> All =
    [
        new("scalars", WriteScalars, ReadScalars),
        new("identities", WriteIdentities, ReadIdentities, WriteIdentityRoots),
        Column("balances", static state => state.Balances, static (state, column) => state.Balances = column),
        Column("effectiveBalances", static state => state.EffectiveBalances,
            static (state, column) => state.EffectiveBalances = column),
        ByteColumn("slashed", static state => state.Slashed, static (state, column) => state.Slashed = column, greatest: 1),
        Column("activationEligibilityEpochs", static state => state.ActivationEligibilityEpochs,
            static (state, column) => state.ActivationEligibilityEpochs = column),
        Column("activationEpochs", static state => state.ActivationEpochs,
            static (state, column) => state.ActivationEpochs = column),
        Column("exitEpochs", static state => state.ExitEpochs, static (state, column) => state.ExitEpochs = column),
        Column("withdrawableEpochs", static state => state.WithdrawableEpochs,
            static (state, column) => state.WithdrawableEpochs = column),
        ByteColumn("previousParticipation", static state => state.PreviousParticipation,
            static (state, column) => state.PreviousParticipation = column, AllParticipationFlags),
        ByteColumn("currentParticipation", static state => state.CurrentParticipation,
            static (state, column) => state.CurrentParticipation = column, AllParticipationFlags),
        Column("inactivityScores", static state => state.InactivityScores,
            static (state, column) => state.InactivityScores = column),
        new("blockRoots", static (state, rlp) => rlp.Write(MemoryMarshal.AsBytes<Hash256>(state.BlockRoots)),
            static (StakeState state, ref RlpReader rlp) => ReadHashes(ref rlp, state.BlockRoots)),
        new("randaoMixes", static (state, rlp) => rlp.Write(MemoryMarshal.AsBytes<Hash256>(state.RandaoMixes)),
            static (StakeState state, ref RlpReader rlp) => ReadHashes(ref rlp, state.RandaoMixes)),
        new("slashings", static (state, rlp) => WriteWords<Gwei>(rlp, state.Slashings),
            static (StakeState state, ref RlpReader rlp) => ReadWords<Gwei>(ref rlp, state.Slashings)),
    ];

    private StakeStatePart(string name, Action<StakeState, RlpWriter> write, PartReader read,
        Action<StakeState, RlpWriter>? writeForRoot = null) =>
        (Name, Write, Read, WriteForRoot) = (name, write, read, writeForRoot ?? write);

    public string Name { get; }

    public Action<StakeState, RlpWriter> Write { get; }

    /// <summary>Reads the part into a state whose rings have the lengths of its settings.</summary>
    public PartReader Read { get; }

    /// <summary>What the part's root is the hash of.</summary>
    public Action<StakeState, RlpWriter> WriteForRoot { get; }

    private static void WriteScalars(StakeState state, RlpWriter rlp)
    {
        rlp.StartList();
        rlp.Write(state.Slot.Number);
        rlp.Write(state.LatestBlockSlot.Number);
        state.PreviousJustified.WriteTo(rlp);
        state.CurrentJustified.WriteTo(rlp);
        state.Finalized.WriteTo(rlp);
        rlp.Write((ulong)state.JustificationBits);
        rlp.Write(state.NextWithdrawalIndex);
        rlp.Write(state.NextWithdrawalValidatorIndex);
        rlp.EndList();
    }

    private static void ReadScalars(StakeState state, ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        state.Slot = new Slot(rlp.ReadUInt64());
        state.LatestBlockSlot = new Slot(rlp.ReadUInt64());
        state.PreviousJustified = Checkpoint.Read(ref rlp);
        state.CurrentJustified = Checkpoint.Read(ref rlp);
        state.Finalized = Checkpoint.Read(ref rlp);
        var bits = rlp.ReadUInt64();
        if (bits > 0b1111) throw new RlpException($"There are four justification bits, {bits} has more.");
        state.JustificationBits = (byte)bits;
        state.NextWithdrawalIndex = rlp.ReadUInt64();
        state.NextWithdrawalValidatorIndex = rlp.ReadInt32();
        rlp.ExpectEnd();
    }

    private static void WriteIdentities(StakeState state, RlpWriter rlp)
    {
        rlp.StartList();
        foreach (var identity in state.Identities) identity.WriteTo(rlp);
        rlp.EndList();
    }

    private static void ReadIdentities(StakeState state, ref RlpReader rlp) =>
        state.Identities = [.. StakeRlp.ReadList(ref rlp, ValidatorIdentity.Read)];

    /// <summary>Each identity knows its root, so that a block that changes one hashes one.</summary>
    private static void WriteIdentityRoots(StakeState state, RlpWriter rlp)
    {
        var roots = new Hash256[state.ValidatorCount];
        for (var i = 0; i < roots.Length; i++) roots[i] = state.Identities[i].Root;
        rlp.Write(MemoryMarshal.AsBytes<Hash256>(roots));
    }

    /// <typeparam name="T">A number of 64 bits, or a struct that wraps one.</typeparam>
    private static StakeStatePart Column<T>(string name, Func<StakeState, T[]> get, Action<StakeState, T[]> set)
        where T : unmanaged =>
        new(name, (state, rlp) => WriteWords<T>(rlp, get(state)), (StakeState state, ref RlpReader rlp) =>
        {
            var column = new T[state.ValidatorCount];
            ReadWords<T>(ref rlp, column);
            set(state, column);
        });

    /// <typeparam name="T">Something of one byte.</typeparam>
    private static StakeStatePart ByteColumn<T>(string name, Func<StakeState, T[]> get, Action<StakeState, T[]> set,
        byte greatest)
        where T : unmanaged =>
        new(name, (state, rlp) => rlp.Write(MemoryMarshal.Cast<T, byte>(get(state))), (StakeState state, ref RlpReader rlp) =>
        {
            var bytes = rlp.ReadBytes(state.ValidatorCount);
            if (bytes.ContainsAnyExceptInRange((byte)0, greatest))
                throw new RlpException($"The column {name} has values from 0 to {greatest}, a greater one was found.");
            set(state, MemoryMarshal.Cast<byte, T>(bytes).ToArray());
        });

    private static void WriteWords<T>(RlpWriter rlp, ReadOnlySpan<T> column)
        where T : unmanaged
    {
        var words = MemoryMarshal.Cast<T, ulong>(column);
        var bigEndian = new ulong[words.Length];
        if (BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(words, bigEndian);
        else words.CopyTo(bigEndian);
        rlp.Write(MemoryMarshal.AsBytes<ulong>(bigEndian));
    }

    private static void ReadWords<T>(ref RlpReader rlp, Span<T> column)
        where T : unmanaged
    {
        var words = MemoryMarshal.Cast<T, ulong>(column);
        rlp.ReadBytes(words.Length * sizeof(ulong)).CopyTo(MemoryMarshal.AsBytes(words));
        if (BitConverter.IsLittleEndian) BinaryPrimitives.ReverseEndianness(words, words);
    }

    private static void ReadHashes(ref RlpReader rlp, Span<Hash256> ring) =>
        rlp.ReadBytes(ring.Length * Hash256.Size).CopyTo(MemoryMarshal.AsBytes(ring));
}
