using Chain.Primitives;

namespace Chain.Consensus.Stake;

/// <summary>The chain's randomness: each proposer adds a value that it committed to before.</summary>
internal static class Randao
{
    /// <summary>The specs' process_randao without its signature: mix xor hash(reveal).</summary>
    public static Hash256 MixIn(Hash256 mix, ReadOnlySpan<byte> reveal) => SpecHash.Xor(mix, SpecHash.Hash(reveal));

    /// <summary>process_randao: the reveal must be the proposer's next layer. False leaves the state as it was.</summary>
    public static bool ProcessRandao(StakeState state, int proposer, Hash256 reveal)
    {
        var epoch = state.CurrentEpoch;
        var identity = state.Identities[proposer];
        if (identity.Onion.AfterReveal(reveal, epoch, state.Settings.RandaoOnionLayers) is not { } onion) return false;
        state.Identities[proposer] = identity with { Onion = onion };
        state.RandaoMixes[epoch.Number % state.Settings.EpochsPerHistoricalVector] =
            MixIn(state.GetRandaoMix(epoch), reveal.Bytes);
        return true;
    }
}
