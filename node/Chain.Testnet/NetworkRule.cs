using System.Text.Json.Nodes;
using Chain.Rpc.Client;

namespace Chain.Testnet;

/// <summary>What a consensus rule brings to a network of processes.</summary>
public abstract class NetworkRule
{
    /// <summary>As `--consensus` and the manifest name it: "pow".</summary>
    public abstract string Name { get; }

    /// <summary>In words: "proof of work".</summary>
    public abstract string Title { get; }

    /// <summary>Whether blocks become final by votes, so that a first finality can be waited for.</summary>
    public virtual bool HasFinality => false;

    /// <summary>Whether blocks come by themselves, or only when there is a transaction for them.</summary>
    public virtual bool SealsByItself(TestnetManifest manifest) => true;

    /// <summary>What is wrong with the rule's own fields of a manifest, in a sentence that names the field; null when nothing
    /// is.</summary>
    public abstract string? FindProblem(TestnetManifest manifest);

    /// <summary>The rule's own arguments of `chain node run` for a node.</summary>
    public abstract IEnumerable<string> ArgumentsOf(TestnetNode node);

    /// <summary>What is lost with the folder of a node: "its keys".</summary>
    public virtual string KeysOf(TestnetNode node) => "its keys";

    /// <summary>How long until the network's blocks begin, negative once they have; null where they begin at once.</summary>
    public virtual TimeSpan? UntilGenesis(TestnetManifest manifest, DateTimeOffset now) => null;

    /// <summary>Adds what the manifest says of a node to its entry in `testnet status --json`.</summary>
    public virtual void Describe(TestnetNode node, JsonObject entry)
    {
    }

    /// <summary>What a node says of the rule, `chain_status`; null where it says nothing.</summary>
    /// <exception cref="UnexpectedAnswerException">It is no such status.</exception>
    public virtual RuleStatus? ReadStatus(Answer answer) => null;
}
