using System.CommandLine;
using Chain.Host;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Plugin;

/// <summary>What `chain node run` takes for one rule.</summary>
public abstract class NodeRuleOptions
{
    /// <summary>Its options, beside those that every node has.</summary>
    public abstract IReadOnlyList<Option> Options { get; }

    /// <summary>How the node takes part.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="genesis">The chain's genesis file.</param>
    /// <param name="dataFolder">The node's folder.</param>
    /// <param name="behave">Each `--behave`, as it was given.</param>
    /// <exception cref="UsageException">Something that does not go together.</exception>
    /// <exception cref="GenesisException">A genesis file that no node runs with, or a key that cannot be read.</exception>
    public abstract RuleSetup Read(ParseResult parsed, GenesisFile genesis, string dataFolder, IReadOnlyList<string> behave);
}
