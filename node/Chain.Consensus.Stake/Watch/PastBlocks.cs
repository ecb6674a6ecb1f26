using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>
/// Blocks of a chain as the store has them, with the votes in them by who signed. Their signatures were good when the blocks were
/// taken.
/// </summary>
internal sealed class PastBlocks(IConsensusHost host, ProofOfStakeSettings settings)
{
    /// <summary>A block that was taken.</summary>
    /// <param name="Votes">Those of its votes whose committees the blocks that are here tell.</param>
    internal sealed record PastBlock(Block Block, ConsensusSidecar Sidecar, IReadOnlyList<IndexedAttestation> Votes);

    /// <summary>
    /// The blocks of an epoch and later ones up to a block, oldest first; where one is not here, what lies before it is left out.
    /// </summary>
    /// <param name="oldest">The first epoch.</param>
    /// <param name="tip">The last block.</param>
    /// <param name="state">The state after it.</param>
    public IEnumerable<PastBlock> Read(Epoch oldest, SealedHeader tip, StakeState state)
    {
        var numbered = new Dictionary<ulong, Hash256>();
        var first = tip.Number + 1;
        for (var hash = tip.Hash; host.GetBlock(hash) is { } block; hash = block.Header.ParentHash)
        {
            numbered.Add(block.Header.Number, hash);
            if (block.Header.Number == 0) break;
            if (ConsensusSidecar.Decode(block.Sidecar.Span).Body.Slot.ToEpoch(settings.SlotsPerEpoch) >= oldest)
                first = block.Header.Number;

            // Committees of the oldest epoch need the mix of an epoch before it.
            else if (first - block.Header.Number > settings.SlotsPerEpoch * (settings.MinSeedLookahead + 2)) break;
        }

        var registry = Enumerable.Range(0, state.ValidatorCount).Select(state.Validator).ToList();
        var voters = new PastVoters(settings, registry,
            number => numbered.TryGetValue(number, out var hash) ? host.GetBlock(hash) : null);
        for (var number = Math.Max(1, first); number <= tip.Number; number++)
        {
            var block = host.GetBlock(numbered[number])!;
            var sidecar = ConsensusSidecar.Decode(block.Sidecar.Span);
            yield return new PastBlock(block, sidecar,
                [.. sidecar.Body.Attestations.Select(attestation =>
                    voters.Indexed(attestation, number)).OfType<IndexedAttestation>()]);
        }
    }
}
