using Chain.Consensus.Stake;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>
/// The RANDAO hash onions of validators as `chain_validators` tells them: which comes next, and which end soon.
/// </summary>
internal static class OnionRenewal
{
    // Of an onion's life, the part in which people are warned.
    private const ulong WarningShare = 8;

    /// <summary>
    /// What a validator announced last, which a deposit of more stake must repeat: another commitment would become its next one.
    /// Null for none, when it is not in the registry yet.
    /// </summary>
    public static Hash256? LatestCommitment(RegisteredValidator? validator) =>
        validator?.Onion.NextCommitment ?? validator?.Onion.Commitment;

    /// <summary>The commitment of the onion after the one in use.</summary>
    /// <exception cref="TestnetException">There is no such validator, its onion is not of this key's, or the next is announced
    /// already.</exception>
    public static Hash256 NextCommitment(ValidatorSecret secret, RegisteredValidator? validator, ulong layers)
    {
        if (validator is not { Onion: var onion })
            throw new TestnetException($"The key {secret.Key} is no validator's on this chain, so it has no onion to renew. "
                + $"Deposit for it first.");
        var (present, first) = (onion.Commitment, new Epoch(onion.FirstEpoch));
        var number = secret.FindOnion(present, first, layers)
            ?? throw new TestnetException($"The commitment {present} of validator {validator.Index} is of none of its key's "
                + $"onions, so which comes next is not known.");
        var next = secret.Commitment(layers, number + 1);
        return onion.NextCommitment == next
            ? throw new TestnetException($"The next onion of validator {validator.Index} is announced already; it is in use "
                + $"from epoch {onion.NextFirstEpoch} on.")
            : next;
    }

    /// <summary>In words, whose onions have ended or end soon with none announced to follow.</summary>
    public static IEnumerable<string> Warnings(ValidatorRegistry registry)
    {
        var (epoch, delay) = (registry.Epoch, registry.Deposits.CommitmentDelayEpochs);
        var soon = Math.Max(2 * delay, registry.Deposits.RandaoOnionLayers / WarningShare);
        foreach (var validator in registry.Validators)
        {
            if (validator.Status is not ("pending" or "active" or "exiting")) continue;
            var end = validator.Onion.EndsBefore;
            if (end > epoch + soon) continue;
            yield return end <= epoch
                ? $"v{validator.Index} has no RANDAO onion in use: its proposals are invalid. Announce one with `chain "
                    + $"validator deposit --renew`"
                : $"v{validator.Index}'s RANDAO onion ends in {end - epoch} epochs: its proposals are invalid from epoch "
                    + $"{end} on. Announce the next with `chain validator deposit "
                        + $"--renew`{(end > epoch + delay ? $" before epoch {end - delay}" : "")}";
        }
    }
}
