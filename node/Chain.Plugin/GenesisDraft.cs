using System.Text.Json.Nodes;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Plugin;

/// <summary>A rule's part of a genesis file that is to be written.</summary>
/// <param name="chain">`config.chain`: the rule's settings, without its name.</param>
/// <param name="fields">Fields of the file itself, such as `difficulty`.</param>
public class GenesisDraft(JsonObject chain, JsonObject fields)
{
    public JsonObject Chain => chain;

    public JsonObject Fields => fields;

    /// <summary>What there is to say of what was saved.</summary>
    public virtual IReadOnlyList<GenesisFact> Facts => [];

    /// <summary>Saves what belongs to the chain and not into its file, such as keys. The file is written, and not yet in its
    /// place.</summary>
    /// <exception cref="GenesisException">It cannot be saved; then there is no genesis file either.</exception>
    public virtual void Save(GenesisBlock genesis)
    {
    }
}
