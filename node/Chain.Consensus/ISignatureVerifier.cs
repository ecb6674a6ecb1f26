using Chain.Primitives;

namespace Chain.Consensus;

/// <summary>
/// Whether a signature is good: a pure question, so that whoever answers may work ahead on other cores and remember.
/// </summary>
public interface ISignatureVerifier
{
    /// <summary>
    /// Whether this is a valid signature of the signing root by this validator: the key that it recovers to, parity included.
    /// </summary>
    bool IsBy(ValidatorKey key, Hash256 signingRoot, Signature signature);
}

/// <summary>Works it out each time it is asked.</summary>
public sealed class DirectVerifier : ISignatureVerifier
{
    public static readonly DirectVerifier Instance = new();

    public bool IsBy(ValidatorKey key, Hash256 signingRoot, Signature signature)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Equals(SignerOf(signingRoot, signature));
    }

    /// <summary>Who signed; null for a signature that is not valid or recovers to nothing.</summary>
    public static ValidatorKey? SignerOf(Hash256 signingRoot, Signature signature)
    {
        Span<byte> key = stackalloc byte[ValidatorKey.Size];
        return signature.TryRecoverPublicKey(signingRoot, key) ? new ValidatorKey(key) : null;
    }
}
