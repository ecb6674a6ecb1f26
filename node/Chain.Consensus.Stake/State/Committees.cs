using System.Buffers.Binary;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>Who votes when in an epoch: the active validators in shuffled order, cut into committees.</summary>
public sealed class Shuffling(Epoch epoch, int[] shuffled, ulong committeesPerSlot, ulong slotsPerEpoch)
{
    public Epoch Epoch { get; } = epoch;

    /// <summary>get_committee_count_per_slot.</summary>
    public ulong CommitteesPerSlot { get; } = committeesPerSlot;

    public int ActiveCount => shuffled.Length;

    /// <summary>get_beacon_committee, in committee order.</summary>
    public ReadOnlySpan<int> Committee(Slot slot, ulong index) =>
        ComputeCommittee((slot.SinceEpochStart(slotsPerEpoch) * CommitteesPerSlot) + index);

    /// <summary>All committees of a slot, one behind the other (get_slot_committee of the fast confirmation rule).</summary>
    public ReadOnlySpan<int> SlotCommittee(Slot slot)
    {
        var first = slot.SinceEpochStart(slotsPerEpoch) * CommitteesPerSlot;
        var (from, to) = (Boundary(first), Boundary(first + CommitteesPerSlot));
        return shuffled.AsSpan(from, to - from);
    }

    /// <summary>compute_committee.</summary>
    private ReadOnlySpan<int> ComputeCommittee(ulong index)
    {
        var (from, to) = (Boundary(index), Boundary(index + 1));
        return shuffled.AsSpan(from, to - from);
    }

    private int Boundary(ulong index) => (int)((ulong)shuffled.Length * index / (CommitteesPerSlot * slotsPerEpoch));
}

/// <summary>Seeds, committees and proposers of a state (consensus-specs, "Beacon state accessors").</summary>
public static class Committees
{
    private static readonly byte[] DomainBeaconProposer = [0, 0, 0, 0];
    private static readonly byte[] DomainBeaconAttester = [1, 0, 0, 0];

    /// <summary>get_seed.</summary>
    public static Hash256 GetSeed(this StakeState state, Epoch epoch, ReadOnlySpan<byte> domain)
    {
        var settings = state.Settings;
        return ComputeSeed(state.GetRandaoMix(epoch + (settings.EpochsPerHistoricalVector - settings.MinSeedLookahead - 1)),
            epoch, domain);
    }

    /// <summary>
    /// The shuffling of an epoch with these active validators, ascending, and the RANDAO mix that get_seed takes for it.
    /// </summary>
    public static Shuffling ComputeShuffling(ProofOfStakeSettings settings, Epoch epoch, ReadOnlySpan<int> active, Hash256 mix)
    {
        var wanted = (ulong)active.Length / settings.SlotsPerEpoch / settings.TargetCommitteeSize;
        var committeesPerSlot = Math.Max(1, Math.Min(settings.MaxCommitteesPerSlot, wanted));
        var seed = ComputeSeed(mix, epoch, DomainBeaconAttester);
        return new Shuffling(epoch, SwapOrNot.Shuffle(active, seed, settings.ShuffleRoundCount), committeesPerSlot,
            settings.SlotsPerEpoch);
    }

    private static Hash256 ComputeSeed(Hash256 mix, Epoch epoch, ReadOnlySpan<byte> domain)
    {
        Span<byte> input = stackalloc byte[4 + 8 + Hash256.Size];
        domain.CopyTo(input);
        BinaryPrimitives.WriteUInt64LittleEndian(input[4..], epoch.Number);
        mix.CopyTo(input[12..]);
        return SpecHash.Hash(input);
    }

    /// <summary>
    /// The shuffling of an epoch up to the next one: its RANDAO mix and its active validators are settled by then.
    /// </summary>
    public static Shuffling GetShuffling(this StakeState state, Epoch epoch)
    {
        if (epoch > state.CurrentEpoch + 1)
            throw new ArgumentOutOfRangeException(nameof(epoch), epoch,
                $"In {state.CurrentEpoch} committees are settled up to the next epoch.");
        return state.Committees.Find(epoch) ?? state.Committees.Add(ComputeShuffling(state, epoch));
    }

    /// <summary>get_beacon_committee.</summary>
    public static ReadOnlySpan<int> GetBeaconCommittee(this StakeState state, Slot slot, ulong index) =>
        state.GetShuffling(slot.ToEpoch(state.Settings.SlotsPerEpoch)).Committee(slot, index);

    /// <summary>get_beacon_proposer_index of the state's slot.</summary>
    public static int GetBeaconProposerIndex(this StakeState state) => state.GetBeaconProposerIndex(state.Slot);

    /// <summary>get_beacon_proposer_index of a slot of the current epoch.</summary>
    public static int GetBeaconProposerIndex(this StakeState state, Slot slot)
    {
        if (state.Committees.FindProposer(slot) is { } known) return known;
        var epoch = slot.ToEpoch(state.Settings.SlotsPerEpoch);
        if (epoch != state.CurrentEpoch)
            throw new ArgumentOutOfRangeException(nameof(slot), slot, $"Proposers are known for {state.CurrentEpoch} only.");
        var seed = SpecHash.Hash(state.GetSeed(epoch, DomainBeaconProposer), slot.Number);
        return state.Committees.AddProposer(slot, ComputeProposerIndex(state, state.GetActiveValidatorIndices(epoch), seed));
    }

    /// <summary>compute_proposer_index: a random candidate, taken with a chance in proportion to its effective balance.</summary>
    public static int ComputeProposerIndex(StakeState state, ReadOnlySpan<int> candidates, Hash256 seed)
    {
        if (candidates.IsEmpty)
            throw new InvalidOperationException($"No validator is active in {state.CurrentEpoch}, so nobody can propose.");
        const ulong maxRandomByte = 255;
        var random = Hash256.Zero;
        for (ulong i = 0; ; i++)
        {
            if (i % 32 == 0) random = SpecHash.Hash(seed, i / 32);
            var shuffled = SwapOrNot.ComputeShuffledIndex((int)(i % (ulong)candidates.Length), candidates.Length, seed,
                state.Settings.ShuffleRoundCount);
            var candidate = candidates[shuffled];
            if (state.EffectiveBalances[candidate].Amount * maxRandomByte >= state.Settings.MaxEffectiveBalance * random.Bytes[(
                int)(i % 32)])
                return candidate;
        }
    }

    /// <summary>get_seed for committees; exposed for whoever must check it.</summary>
    public static Hash256 AttesterSeed(this StakeState state, Epoch epoch) => state.GetSeed(epoch, DomainBeaconAttester);

    /// <summary>get_seed for proposers.</summary>
    public static Hash256 ProposerSeed(this StakeState state, Epoch epoch) => state.GetSeed(epoch, DomainBeaconProposer);

    private static Shuffling ComputeShuffling(StakeState state, Epoch epoch)
    {
        var settings = state.Settings;
        var mix = state.GetRandaoMix(epoch + (settings.EpochsPerHistoricalVector - settings.MinSeedLookahead - 1));
        return ComputeShuffling(settings, epoch, state.GetActiveValidatorIndices(epoch), mix);
    }
}
