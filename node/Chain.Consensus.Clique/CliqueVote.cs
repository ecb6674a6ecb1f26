using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>A signer's vote about an account.</summary>
/// <param name="Number">The block that cast it.</param>
/// <param name="Candidate">Whom to let in or out.</param>
/// <param name="Authorize">Whether to let in.</param>
public sealed record CliqueVote(ulong Number, Address Signer, Address Candidate, bool Authorize)
{
    /// <summary>NONCE_AUTH: the nonce of a header that votes somebody in.</summary>
    public const ulong NonceAuthorize = ulong.MaxValue;

    /// <summary>NONCE_DROP: the nonce of a header that votes somebody out, or casts no vote.</summary>
    public const ulong NonceDrop = 0;
}
