using System.CommandLine;
using Chain.Testnet;

namespace Chain.Plugin;

/// <summary>What `chain genesis new` takes for one rule.</summary>
public abstract class GenesisRuleOptions
{
    /// <summary>Its options, beside those that every genesis file has.</summary>
    public abstract IReadOnlyList<Option> Options { get; }

    /// <summary>The rule's part of the file.</summary>
    /// <exception cref="UsageException">An option that cannot be read, or lacks another.</exception>
    public abstract GenesisDraft Read(ParseResult parsed);
}
