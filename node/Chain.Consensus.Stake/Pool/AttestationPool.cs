using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Votes that were heard and can still be brought into a block. It takes only votes whose signatures were verified, and keeps
/// each validator's first for each target epoch: 81 bytes for each validator and epoch (<see cref="EpochVotes"/>), for the epoch
/// before the current one up to the one after it. A vote stays when a block includes it, because that block may lose.
/// </summary>
public sealed class AttestationPool
{
    // The previous epoch, the current one, and the next for clocks that are ahead.
    private const int EpochsKept = 3;

    private EpochVotes[] _epochs = Fresh(EpochsKept);
    private Epoch _oldest;

    /// <param name="currentEpoch">The epoch that it is now.</param>
    public AttestationPool(Epoch currentEpoch) => _oldest = currentEpoch.Previous;

    /// <summary>
    /// Keeps verified votes; of a validator that was heard for the target epoch the first stays. Epochs that no block will
    /// include any more, and those ahead by more than one, are left out.
    /// </summary>
    public void Add(IndexedAttestation votes)
    {
        ArgumentNullException.ThrowIfNull(votes);
        if (Of(votes.Data.Target.Epoch) is not { } epoch) return;
        for (var i = 0; i < votes.AttestingIndices.Count; i++)
        {
            var validator = votes.AttestingIndices[i];
            if (epoch.DataOf(validator) is null) epoch.Keep(validator, votes.Data, votes.Signatures[i]);
        }
    }

    /// <summary>
    /// Whether this very signature of the validator under this data was verified, so that it need not be again. Another signature
    /// under the same data must be: it may be bad, and a block with a bad signature is bad for everybody.
    /// </summary>
    public bool IsVerified(int validator, AttestationData data, Signature signature)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Of(data.Target.Epoch) is { } epoch && epoch.DataOf(validator) == data && epoch.SignatureOf(validator) == signature;
    }

    /// <summary>The vote kept of a validator for a target epoch; null for none.</summary>
    public AttestationData? VoteOf(int validator, Epoch target) => Of(target)?.DataOf(validator);

    /// <summary>
    /// The attestations for a block on this state, which stands at the block's slot: every vote that earns the proposer
    /// something, worth what process_attestation gives for the flags that are fresh, at most one epoch's votes (as many as
    /// validators are active). No validator is held twice for one target epoch, so votes add up without touching each other's
    /// worth, and the dearest ones are the best block. Newest slot first, then by committee; signatures in committee order.
    /// </summary>
    public IReadOnlyList<Attestation> Pack(StakeState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var packing = new AttestationPacking(state);
        var settings = state.Settings;
        for (var age = settings.MinAttestationInclusionDelay; age <= settings.SlotsPerEpoch && age <= state.Slot.Number; age++)
        {
            var slot = state.Slot - age;
            if (Of(slot.ToEpoch(settings.SlotsPerEpoch)) is { } votes) packing.Offer(slot, votes);
        }

        return packing.Choose();
    }

    /// <summary>Forgets votes older than the epoch before this one: no block at this epoch or later can include them.</summary>
    public void Prune(Epoch currentEpoch)
    {
        var start = currentEpoch.Previous;
        if (start <= _oldest) return;
        var behind = (int)Math.Min(start - _oldest, EpochsKept);
        _epochs = [.. _epochs[behind..], .. Fresh(behind)];
        _oldest = start;
    }

    private static EpochVotes[] Fresh(int count) => [.. Enumerable.Range(0, count).Select(_ => new EpochVotes())];

    private EpochVotes? Of(Epoch epoch) =>
        epoch >= _oldest && epoch - _oldest < EpochsKept ? _epochs[(int)(epoch - _oldest)] : null;
}
