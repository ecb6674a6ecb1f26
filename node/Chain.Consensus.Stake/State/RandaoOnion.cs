using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// A validator's commitment to its RANDAO reveals (docs/consensus/stake.md): reveal(e) = H^(N - (e - e0))(seed), so that each
/// epoch has one value which its maker cannot choose, and which hashes forward to the layer revealed before.
/// </summary>
/// <param name="Commitment">The outermost layer, H^N(seed): which of its onions a validator must reveal from.</param>
/// <param name="Layer">The last layer known: the commitment, then what was revealed last.</param>
/// <param name="LayerEpoch">The epoch to which that layer belongs.</param>
/// <param name="LastEpoch">e0 + N: the epoch of the innermost layer, the seed. Afterwards the next commitment is needed.</param>
/// <param name="NextCommitment">The commitment of the onion that follows; null while none is known.</param>
/// <param name="NextFirstEpoch">The first epoch in which the next onion may be used.</param>
public sealed record RandaoOnion(
    Hash256 Commitment, Hash256 Layer, Epoch LayerEpoch, Epoch LastEpoch, Hash256? NextCommitment = null,
    Epoch NextFirstEpoch = default)
{
    /// <summary>An onion of so many layers whose commitment belongs to this epoch.</summary>
    public static RandaoOnion Begin(Hash256 commitment, Epoch first, ulong layers) =>
        new(commitment, commitment, first, first + layers);

    /// <summary>
    /// The onion that reveals of this epoch belong to: this one or, after its end, the next; null when there is none.
    /// </summary>
    public RandaoOnion? InEffect(Epoch epoch, ulong layers) =>
        AsOf(epoch, layers) is var latest && epoch <= latest.LastEpoch ? latest : null;

    /// <summary>As <see cref="InEffect"/>, but where none is in effect the one that ended last.</summary>
    public RandaoOnion AsOf(Epoch epoch, ulong layers) =>
        epoch > LastEpoch && NextCommitment is { } commitment && epoch >= NextFirstEpoch
        ? Begin(commitment, NextFirstEpoch, layers)
        : this;

    /// <summary>The first epoch without an onion in effect, as far as is known now.</summary>
    public Epoch EndsBefore(ulong layers) =>
        NextCommitment is null || NextFirstEpoch > LastEpoch + 1 ? LastEpoch + 1 : NextFirstEpoch + layers + 1;

    /// <summary>
    /// This onion after a reveal in this epoch; null when the reveal does not hash forward to the last layer known, or the
    /// onion has ended and no other is in effect.
    /// </summary>
    public RandaoOnion? AfterReveal(Hash256 reveal, Epoch epoch, ulong layers)
    {
        if (epoch > LastEpoch) return InEffect(epoch, layers)?.AfterReveal(reveal, epoch, layers);
        if (epoch < LayerEpoch) return null;
        var hash = reveal;
        for (var steps = epoch - LayerEpoch; steps > 0; steps--) hash = SpecHash.Hash(hash.Bytes);
        return hash == Layer ? this with { Layer = reveal, LayerEpoch = epoch } : null;
    }

    /// <summary>
    /// A commitment for the time after this onion, included in this epoch: in effect two epochs and the seed lookahead later at
    /// the earliest.
    /// </summary>
    public RandaoOnion WithNext(Hash256 commitment, Epoch included, ulong maxSeedLookahead)
    {
        var earliest = included + (2 + maxSeedLookahead);
        var afterThis = LastEpoch + 1;
        return this with { NextCommitment = commitment, NextFirstEpoch = earliest > afterThis ? earliest : afterThis };
    }

    /// <summary>The secret side: the value to reveal in an epoch, for an onion that began in another.</summary>
    public static Hash256 Reveal(Hash256 seed, Epoch first, Epoch epoch, ulong layers)
    {
        var hash = seed;
        for (var steps = layers - (epoch - first); steps > 0; steps--) hash = SpecHash.Hash(hash.Bytes);
        return hash;
    }

    public void WriteTo(RlpWriter rlp)
    {
        rlp.StartList();
        rlp.Write(Commitment);
        rlp.Write(Layer);
        rlp.Write(LayerEpoch.Number);
        rlp.Write(LastEpoch.Number);
        rlp.Write(NextCommitment is { } next ? next.Bytes : []);
        rlp.Write(NextFirstEpoch.Number);
        rlp.EndList();
    }

    public static RandaoOnion Read(ref RlpReader outer)
    {
        var rlp = outer.ReadList();
        var onion = new RandaoOnion(
            rlp.ReadHash(), rlp.ReadHash(), new Epoch(rlp.ReadUInt64()), new Epoch(rlp.ReadUInt64()), ReadOptionalHash(ref rlp),
            new Epoch(rlp.ReadUInt64()));
        rlp.ExpectEnd();
        return onion;
    }

    private static Hash256? ReadOptionalHash(ref RlpReader rlp)
    {
        var bytes = rlp.ReadBytes();
        return bytes.Length switch
        {
            0 => null,
            Hash256.Size => new Hash256(bytes),
            _ => throw new RlpException($"A commitment of 32 bytes or none was expected, {bytes.Length} bytes were found."),
        };
    }
}
