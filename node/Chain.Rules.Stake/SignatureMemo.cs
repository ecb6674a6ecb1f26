using System.Collections.Concurrent;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;

namespace Chain.Rules.Stake;

/// <summary>
/// Remembers who made a signature of the consensus rule. Messages are looked at before the core sees them, on the threads that
/// read peers and on several cores where there are many signatures; a vote heard alone is not worked out again in a block.
/// Bounded.
/// </summary>
internal sealed class SignatureMemo(StakeDomain domain) : ISignatureVerifier
{
    private const int GenerationSize = 65_536;
    private const int ParallelFrom = 16;

    private readonly Lock _aging = new();
    private ConcurrentDictionary<(Hash256 Root, Signature Signature), ValidatorKey?> _young = new();
    private ConcurrentDictionary<(Hash256 Root, Signature Signature), ValidatorKey?> _old = new();

    public bool IsBy(ValidatorKey key, Hash256 signingRoot, Signature signature)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Equals(SignerOf(signingRoot, signature));
    }

    /// <summary>Works out the signatures in a message, for the core to find them known.</summary>
    public void Prepare(WireMessage message)
    {
        switch (message)
        {
            case WireMessage.OfConsensus { Message: StakeMessage.Votes votes }:
                Prepare(Of(votes.Attestation.Data, votes.Attestation.Signatures));
                break;
            case WireMessage.OfConsensus { Message: StakeMessage.History history }:
                Prepare([.. history.Proof.Votes.SelectMany(votes => Of(votes.Data, votes.Signatures))]);
                break;
            case WireMessage.NewBlockWithSidecar { Block: var block }:
                Prepare(Of(block.Sidecar, block.Hash));
                break;
            case WireMessage.Sidecars sidecars:
                Prepare([.. sidecars.Items.SelectMany(sidecar => Of(sidecar, blockHash: null))]);
                break;
        }
    }

    private void Prepare(List<(Hash256 Root, Signature Signature)> items)
    {
        if (items.Count < ParallelFrom) items.ForEach(item => SignerOf(item.Root, item.Signature));
        else Parallel.ForEach(items, item => SignerOf(item.Root, item.Signature));
    }

    private List<(Hash256 Root, Signature Signature)> Of(AttestationData data, IReadOnlyList<Signature> signatures)
    {
        var root = domain.AttestationRoot(data);
        return [.. signatures.Select(signature => (root, signature))];
    }

    private List<(Hash256 Root, Signature Signature)> Of(ReadOnlyMemory<byte> encoded, Hash256? blockHash)
    {
        ConsensusSidecar sidecar;
        try
        {
            sidecar = ConsensusSidecar.Decode(encoded.Span);
        }
        catch (RlpException)
        {
            // The core says what that costs.
            return [];
        }

        var items = sidecar.Body.Attestations.SelectMany(attestation => Of(attestation.Data, attestation.Signatures)).ToList();
        if (blockHash is { } hash)
            items.Add((domain.ProposalRoot(sidecar.Body.Slot, sidecar.Body.ProposerIndex, hash), sidecar.ProposerSignature));
        return items;
    }

    private ValidatorKey? SignerOf(Hash256 root, Signature signature)
    {
        if (_young.TryGetValue((root, signature), out var signer)) return signer;
        if (!_old.TryGetValue((root, signature), out signer)) signer = DirectVerifier.SignerOf(root, signature);
        _young[(root, signature)] = signer;
        if (_young.Count > GenerationSize) Age();
        return signer;
    }

    private void Age()
    {
        lock (_aging)
        {
            if (_young.Count <= GenerationSize) return;
            _old = _young;
            _young = new ConcurrentDictionary<(Hash256, Signature), ValidatorKey?>();
        }
    }
}
