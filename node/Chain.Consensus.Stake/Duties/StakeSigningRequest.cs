using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Something that a validator of this node is to sign, with what its signing history must know of it. The rules only ask;
/// whoever holds the keys writes the history durably first, then signs (EIP-3076).
/// </summary>
/// <param name="Key">Whose signature is wanted.</param>
/// <param name="SigningRoot">The digest to sign (<see cref="StakeDomain"/>).</param>
public abstract record StakeSigningRequest(ValidatorKey Key, Hash256 SigningRoot) : SigningRequest(Key, SigningRoot)
{
    /// <summary>A block for a slot; a second, different one for the same slot is slashable.</summary>
    public sealed record Proposal(ValidatorKey Key, Hash256 SigningRoot, Slot Slot) : StakeSigningRequest(Key, SigningRoot);

    /// <summary>A vote that links two epochs; double and surround votes are slashable.</summary>
    public sealed record Vote(ValidatorKey Key, Hash256 SigningRoot, Epoch Source, Epoch Target) : StakeSigningRequest(
        Key, SigningRoot);

    /// <summary>A wish to leave: never slashable.</summary>
    public sealed record VoluntaryExit(ValidatorKey Key, Hash256 SigningRoot) : StakeSigningRequest(Key, SigningRoot);

    /// <summary>
    /// Nothing to sign: from now on the history knows the key, and refuses whatever is at or below these bounds, because what the
    /// key signed up to there is not known. Answered without a signature.
    /// </summary>
    /// <param name="Slot">Null where the key can have signed no block.</param>
    /// <param name="Votes">Null where the key can have cast no vote.</param>
    public sealed record Registration(ValidatorKey Key, Slot? Slot, VoteMinimum? Votes) : StakeSigningRequest(Key, Hash256.Zero);

    /// <summary>
    /// A signature that breaks the rules on purpose. Only a test network's misbehaving node signs it, past its history.
    /// </summary>
    public sealed record Offence(ValidatorKey Key, Hash256 SigningRoot) : StakeSigningRequest(Key, SigningRoot);
}
