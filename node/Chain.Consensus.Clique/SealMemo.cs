using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>Who sealed which header: recovering it from a signature costs more than all other checks of a header.</summary>
internal sealed class SealMemo
{
    private const int Capacity = 8192;

    private readonly BoundedMap<Hash256, Address?> _signers = new(Capacity);

    /// <summary>Null for a header without a valid seal.</summary>
    public Address? SignerOf(SealedHeader header)
    {
        if (_signers.TryGet(header.Hash, out var known)) return known;
        Address? signer = CliqueSeal.TryRecover(header.Header, out var recovered) ? recovered : null;
        _signers.Add(header.Hash, signer);
        return signer;
    }
}
