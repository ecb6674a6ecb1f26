using System.Buffers.Binary;
using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// All that a validator must keep to itself: its private key, and from it the seeds of its RANDAO onions.
/// Safe to use from several threads. Prints as its public key, never as itself.
/// </summary>
/// <remarks>
/// The seed of onion n is SHA-256("chain/randao-onion/1" ‖ n as 8 bytes little-endian ‖ private key): it needs no storage, says
/// nothing about the key, and is used for nothing else. Each onion has a number because a validator that outlives one needs
/// another seed: the last layer that it revealed of the old one is the old seed.
/// </remarks>
public sealed class ValidatorSecret(PrivateKey privateKey)
{
    /// <summary>How many commitments <see cref="Commitments"/> makes side by side.</summary>
    public const int CommitmentsAtOnce = Sha256Lanes.Count;

    private readonly Lock _gate = new();
    private (ulong Onion, ulong Layers, HashChain Chain)? _current;
    private (Hash256 Commitment, ulong? Onion)? _found;

    public PrivateKey PrivateKey => privateKey;

    public ValidatorKey Key { get; } = new(privateKey.PublicKey);

    /// <summary>The innermost layer of an onion.</summary>
    public Hash256 OnionSeed(ulong onion = 0)
    {
        var domain = "chain/randao-onion/1"u8;
        Span<byte> input = stackalloc byte[domain.Length + 8 + PrivateKey.Size];
        domain.CopyTo(input);
        BinaryPrimitives.WriteUInt64LittleEndian(input[domain.Length..], onion);
        privateKey.Secret.CopyTo(input[(domain.Length + 8)..]);
        return SpecHash.Hash(input);
    }

    /// <summary>
    /// The outermost layer of an onion, H^layers(seed): what a deposit, or the announcement of the next onion, commits to.
    /// </summary>
    public Hash256 Commitment(ulong layers, ulong onion = 0) => Layer(onion, layers, layers);

    /// <summary>
    /// The commitments of up to <see cref="CommitmentsAtOnce"/> validators' first onions, made side by side: several times as
    /// fast as one by one.
    /// </summary>
    public static Hash256[] Commitments(ReadOnlySpan<ValidatorSecret> secrets, ulong layers)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(secrets.Length, CommitmentsAtOnce);
        Span<Hash256> lanes = stackalloc Hash256[CommitmentsAtOnce];
        for (var i = 0; i < secrets.Length; i++) lanes[i] = secrets[i].OnionSeed();
        Sha256Lanes.Iterate(lanes, layers);
        return lanes[..secrets.Length].ToArray();
    }

    /// <summary>
    /// What to reveal in an epoch: <see cref="RandaoOnion.Reveal"/> of this onion's seed. The first call for an onion hashes
    /// through all of it; later ones take about the square root of the layers in hashes, and as many hashes of memory.
    /// </summary>
    /// <param name="first">The epoch to which the onion's commitment belongs.</param>
    /// <exception cref="ArgumentOutOfRangeException">The epoch is before the first, or the onion has ended.</exception>
    public Hash256 Reveal(Epoch first, Epoch epoch, ulong layers, ulong onion = 0)
    {
        if (epoch < first || epoch - first > layers)
            throw new ArgumentOutOfRangeException(nameof(epoch), epoch,
                $"An onion of {layers} layers that begins in {first} has no layer for this epoch.");
        return Layer(onion, layers, layers - (epoch - first));
    }

    /// <summary>
    /// What to reveal in an epoch from an onion that a chain knows, whichever of this key's it is; null when it is none of them.
    /// </summary>
    /// <param name="onion">In effect in the epoch.</param>
    public Hash256? Reveal(RandaoOnion onion, Epoch epoch, ulong layers)
    {
        ArgumentNullException.ThrowIfNull(onion);
        var first = new Epoch(onion.LastEpoch.Number - layers);
        return FindOnion(onion.Commitment, first, layers) is { } number ? Reveal(first, epoch, layers, number) : null;
    }

    /// <summary>
    /// Which of this key's onions a commitment is of; null for none. An onion follows another when that has ended, so one that
    /// begins in an epoch has at most so many before it as fit there; looking through them takes about as many hashes as epochs.
    /// </summary>
    /// <param name="first">The epoch to which the commitment belongs.</param>
    public ulong? FindOnion(Hash256 commitment, Epoch first, ulong layers)
    {
        lock (_gate)
        {
            if (_found is { } found && found.Commitment == commitment) return found.Onion;
        }

        ulong? onion = null;
        for (var left = (first.Number / (layers + 1)) + 1; left > 0 && onion is null; left--)
        {
            if (Commitment(layers, left - 1) == commitment) onion = left - 1;
        }

        lock (_gate) _found = (commitment, onion);
        return onion;
    }

    public override string ToString() => $"secret of validator {Key}";

    private Hash256 Layer(ulong onion, ulong layers, ulong steps)
    {
        lock (_gate)
        {
            if (_current is not { } current || current.Onion != onion || current.Layers != layers)
            {
                current = (onion, layers, new HashChain(OnionSeed(onion), layers));
                _current = current;
            }

            return current.Chain.At(steps);
        }
    }
}
