using System.Buffers.Binary;
using Chain.Consensus;
using Chain.Consensus.Stake;

namespace Chain.Tests;

/// <summary>
/// A random registry in the middle of an epoch, and one vote at most of each validator for each target epoch around it.
/// </summary>
internal sealed class StakeScene
{
    private static readonly ProofOfStakeSettings Settings = new()
    {
        SlotsPerEpoch = 4,
        TargetCommitteeSize = 4,
        MaxCommitteesPerSlot = 3,
        ShuffleRoundCount = 10,
        SlotsPerHistoricalRoot = 16,
    };

    private readonly Dictionary<(int Validator, AttestationData Data), ulong> _marks = [];

    public StakeScene(Random random)
    {
        var epoch = (ulong)random.Next(3, 6);
        State = Registry.Of(random.Next(12, 70), Settings);
        State.Slot = new Slot((epoch * Settings.SlotsPerEpoch) + (ulong)random.Next(4));
        State.PreviousJustified = new Checkpoint(new Epoch(epoch - 3), Registry.Root(1_000));
        State.CurrentJustified = random.Next(2) == 0
            ? State.PreviousJustified
            : new Checkpoint(new Epoch(epoch - 2), Registry.Root(1_001));

        // Now and then a slot without a block repeats the root before it.
        for (var i = 0; i < State.BlockRoots.Length; i++)
            State.BlockRoots[i] = Registry.Root((ulong)(i - (i > 0 ? random.Next(2) : 0)));
        for (var i = 0; i < State.ValidatorCount; i++)
        {
            State.EffectiveBalances[i] = new Gwei((ulong)random.Next(1, 33) * Settings.EffectiveBalanceIncrement);
            if (random.Next(10) == 0) State.ExitEpochs[i] = State.CurrentEpoch;
            if (random.Next(4) == 0) State.PreviousParticipation[i] = (ParticipationFlags)random.Next(8);
            if (random.Next(4) == 0) State.CurrentParticipation[i] = (ParticipationFlags)random.Next(8);
        }

        Cast(random, State.PreviousEpoch);
        Cast(random, State.CurrentEpoch);
    }

    public StakeState State { get; }

    public List<IndexedAttestation> Votes { get; } = [];

    /// <summary>The number in the signature of a validator under this data.</summary>
    public ulong MarkOf(ValidatorKey key, AttestationData data) =>
        _marks[(BinaryPrimitives.ReadInt32LittleEndian(key.Bytes), data)];

    /// <summary>A pool that heard all votes, in random order.</summary>
    public AttestationPool Fill(Random random)
    {
        var pool = new AttestationPool(State.CurrentEpoch);
        var votes = Votes.ToArray();
        random.Shuffle(votes);
        foreach (var vote in votes) pool.Add(vote);
        return pool;
    }

    /// <summary>Each vote as an attestation of its own, where its committee has such a member.</summary>
    public IEnumerable<Attestation> Alone(StakeState state)
    {
        foreach (var vote in Votes)
        {
            if (AttestationProcessing.CheckData(state, vote.Data) is not null) continue;
            var committee = state.GetBeaconCommittee(vote.Data.Slot, vote.Data.Index).ToArray();
            yield return new Attestation(vote.Data,
                new Bitlist([.. committee.Select(member => member == vote.AttestingIndices[0])]), vote.Signatures);
        }
    }

    private void Cast(Random random, Epoch epoch)
    {
        var first = epoch.StartSlot(Settings.SlotsPerEpoch);
        for (var slot = first; slot < first + Settings.SlotsPerEpoch; slot += 1)
        {
            for (ulong index = 0; index < State.GetShuffling(epoch).CommitteesPerSlot; index++)
            {
                foreach (var validator in State.GetBeaconCommittee(slot, index).ToArray())
                {
                    if (random.Next(5) > 0) Cast(validator, AnyData(random, slot, index));
                }
            }
        }
    }

    private void Cast(int validator, AttestationData data)
    {
        var mark = (ulong)_marks.Count + 1;
        _marks.Add((validator, data), mark);
        Votes.Add(new IndexedAttestation([validator], data, [Registry.Signature(mark)]));
    }

    private AttestationData AnyData(Random random, Slot slot, ulong index)
    {
        var epoch = slot.ToEpoch(Settings.SlotsPerEpoch);
        var source = epoch == State.CurrentEpoch ? State.CurrentJustified : State.PreviousJustified;
        if (random.Next(10) == 0) source = new Checkpoint(epoch, Registry.Root(1_002));
        var target = random.Next(6) == 0
            ? Registry.Root(1_003)
            : State.BlockRoots[epoch.StartSlot(Settings.SlotsPerEpoch).Number % Settings.SlotsPerHistoricalRoot];
        var head = random.Next(4) == 0 ? Registry.Root(1_004) : State.BlockRoots[slot.Number % Settings.SlotsPerHistoricalRoot];
        if (random.Next(12) == 0) index = (index + 1) % Settings.MaxCommitteesPerSlot;
        if (random.Next(12) == 0) slot = epoch.StartSlot(Settings.SlotsPerEpoch) + (ulong)random.Next(4);
        return new AttestationData(slot, index, head, source, new Checkpoint(epoch, target));
    }
}
