using Chain.Consensus.Stake;
using Chain.Consensus.Work;
using Chain.Primitives;

namespace Chain.Rules;

/// <summary>The consensus rules that there are: a new one is a line here.</summary>
public static class KnownRules
{
    /// <summary>Reads genesis files of every rule.</summary>
    public static GenesisReader Genesis { get; } = new(
    [
        new ProofOfWorkReader(),
        new ProofOfStakeReader(),
    ]);
}
