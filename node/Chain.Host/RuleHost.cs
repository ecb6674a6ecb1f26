using Chain.Consensus;
using Chain.Node;
using Chain.Rpc;

namespace Chain.Host;

/// <summary>
/// A consensus rule in a running node: its pure half, what it shows over JSON-RPC, and whoever holds its keys.
/// </summary>
public abstract class RuleHost : IDisposable
{
    public abstract ConsensusRules Rules { get; }

    public abstract RuleApi Api { get; }

    /// <summary>Whom the node acts for; asked once, when it starts.</summary>
    /// <exception cref="StoreException">What is known of their past cannot be read.</exception>
    public virtual IReadOnlyList<DutyHolder> Duties => [];

    /// <summary>
    /// Works out ahead what the core will ask of a message, on the threads that read peers; safe to call from several.
    /// </summary>
    public virtual void Prepare(WireMessage message)
    {
    }

    /// <summary>Answers each request, with a signature or why there is none; called on one thread, beside the core's.</summary>
    /// <exception cref="StoreException">What was signed cannot be kept, so that nothing is signed.</exception>
    public virtual IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests, ChainView view) =>
        [.. requests.Select(request => new SigningAnswer(request, null, "this node holds no keys"))];

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
