using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>A validator that a node acts for. Who signs is the host's matter.</summary>
/// <param name="Key">Its public key.</param>
/// <param name="Reveal">What to reveal in an epoch from the onion that is in effect; null where its commitment is of none of this
/// key's onions.</param>
/// <param name="Misbehaviour">What it does wrong on a test network.</param>
public sealed record StakeDutyHolder(
    ValidatorKey Key, Func<RandaoOnion, Epoch, Hash256?> Reveal, Misbehaviour Misbehaviour = Misbehaviour.None) : DutyHolder(Key)
{
    /// <summary>A validator whose secret is at hand.</summary>
    public static StakeDutyHolder Of(ValidatorSecret secret, ProofOfStakeSettings settings, Misbehaviour misbehaviour)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return new StakeDutyHolder(secret.Key,
            (onion, epoch) => secret.Reveal(onion, epoch, settings.RandaoOnionLayers), misbehaviour);
    }

    /// <summary>How far the signing history of its key reaches; null where there is none.</summary>
    public SigningPast? Past { get; init; }

    /// <summary>A person said that no other node uses the key: it need not be listened for.</summary>
    public bool IsTrusted { get; init; }

    /// <summary>
    /// How many epochs beyond <see cref="KeyWatch.LeastEpochs"/> the node listens. Each node draws its own number, so that of two
    /// that lost the history of one key at the same time, one begins first and the other hears it.
    /// </summary>
    public ulong ExtraEpochs { get; init; }

    /// <summary>Whether it signs past its history, on purpose.</summary>
    internal bool BreaksRules => Misbehaviour is Misbehaviour.Equivocate or Misbehaviour.DoubleVote or Misbehaviour.Surround;
}
