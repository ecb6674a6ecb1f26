using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Rules.Stake;

/// <summary>A validator of a simulated network.</summary>
/// <param name="IsTwin">Whether its key signs on another node too, each with a history that claims to be complete.</param>
public sealed record SimulatedValidator(
    ValidatorSecret Secret, Misbehaviour Misbehaviour = Misbehaviour.None, bool IsTwin = false);

/// <summary>All nodes of a simulation verify the same signatures: each is worked out once.</summary>
internal sealed class SharedSignatures : ISignatureVerifier
{
    private const int Capacity = 1 << 16;

    private readonly Dictionary<(Hash256 Root, Signature Signature), ValidatorKey?> _signers = [];

    public bool IsBy(ValidatorKey key, Hash256 signingRoot, Signature signature)
    {
        if (!_signers.TryGetValue((signingRoot, signature), out var signer))
        {
            if (_signers.Count >= Capacity) _signers.Clear();
            _signers.Add((signingRoot, signature), signer = DirectVerifier.SignerOf(signingRoot, signature));
        }

        return key.Equals(signer);
    }
}
