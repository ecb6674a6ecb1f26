using System.CommandLine;
using Chain.Consensus.Work;
using Chain.Host;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Rules.Work;

/// <summary>`chain node run` takes nothing for proof of work beside what every node that mines takes.</summary>
internal sealed class WorkNodeOptions : NodeRuleOptions
{
    public override IReadOnlyList<Option> Options => [];

    public override RuleSetup Read(ParseResult parsed, GenesisFile genesis, string dataFolder, IReadOnlyList<string> behave)
    {
        ArgumentNullException.ThrowIfNull(genesis);
        if (genesis.Spec.Consensus is ProofOfWorkSettings { Seal: SealKind.Simulated })
            throw new GenesisException("This genesis has the simulated seal, under which blocks cost no work; it is for "
                + "simulations. Use \"seal\": \"keccak\".");
        return behave.Count == 0
            ? new WorkSetup()
            : throw new UsageException($"--behave {behave[0]}: nobody has duties under proof of work that could be done wrong.");
    }
}
