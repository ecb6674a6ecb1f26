using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Primitives;

namespace Chain.Rules.Stake;

/// <summary>
/// Signs for the validators of this node: first the history, durably, then the signatures. Safe to use from several threads.
/// </summary>
public sealed class ValidatorSigner
{
    // Below so many signatures, handing them to other cores costs more than it saves.
    private const int WorthSharing = 16;

    private readonly Dictionary<ValidatorKey, ValidatorSecret> _secrets;
    private readonly SigningHistory _history;

    /// <param name="history">Stays the caller's to close.</param>
    /// <exception cref="ArgumentException">One key comes twice.</exception>
    public ValidatorSigner(IReadOnlyList<ValidatorSecret> secrets, SigningHistory history)
    {
        ArgumentNullException.ThrowIfNull(history);
        _secrets = secrets.ToDictionary(secret => secret.Key);
        _history = history;
        Secrets = secrets;
    }

    /// <summary>The validators signed for.</summary>
    public IReadOnlyList<ValidatorSecret> Secrets { get; }

    /// <summary>A signature for each request that the history allows, and the refusal for each other.</summary>
    /// <exception cref="ArgumentException">A request for a key that is not held here; nothing was written or signed.</exception>
    /// <exception cref="Chain.Node.StoreException">The history cannot be written; nothing was signed.</exception>
    public Verdict<Signature, SigningRefusal>[] Sign(IReadOnlyList<SigningRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var secrets = new ValidatorSecret[requests.Count];
        for (var i = 0; i < secrets.Length; i++)
        {
            secrets[i] = _secrets.GetValueOrDefault(requests[i].Key)
                ?? throw new ArgumentException($"The key {requests[i].Key} is not held here.", nameof(requests));
        }

        var refusals = _history.CheckAndInsert(requests);
        var answers = new Verdict<Signature, SigningRefusal>[secrets.Length];
        if (answers.Length < WorthSharing)
        {
            for (var i = 0; i < answers.Length; i++) SignOne(i);
        }
        else
        {
            Parallel.For(0, answers.Length, SignOne);
        }

        return answers;

        void SignOne(int i)
        {
            if (refusals[i] is { } refusal) answers[i] = refusal;
            else answers[i] = secrets[i].PrivateKey.Sign(requests[i].SigningRoot);
        }
    }
}
