using System.Security.Cryptography;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Node;
using Chain.Primitives;
using Microsoft.Extensions.Logging;

namespace Chain.Rules.Stake;

/// <summary>Where a node's validators are, and how they behave.</summary>
/// <param name="KeyFolder">One file a key (<see cref="ValidatorKeys"/>).</param>
/// <param name="HistoryFile">What the keys have signed; may be shared by processes on one machine.</param>
/// <param name="Misbehaviours">By the first hex digits of a compressed public key, without 0x; an empty text is for all keys.
/// Test networks only.</param>
/// <param name="BeginsNewHistory">Whether a person says that no other node uses the keys.</param>
public sealed record ValidatorOptions(
    string KeyFolder,
    string HistoryFile,
    IReadOnlyList<(string KeyPrefix, Misbehaviour Misbehaviour)> Misbehaviours,
    bool BeginsNewHistory = false);

/// <summary>The validators of a node: their keys, their history, and the desk at which they sign.</summary>
internal sealed partial class ValidatorCrew : IDisposable
{
    private const ulong EpochsBetweenPrunings = 256;

    // Nodes that lost the history of a key together draw apart: each listens for none to three epochs beyond the least.
    private const int ExtraEpochs = 4;

    private readonly SigningHistory _history;
    private readonly ValidatorSigner _signer;
    private readonly ValidatorOptions _options;
    private readonly ProofOfStakeSettings _settings;
    private readonly ulong _extraEpochs = (ulong)RandomNumberGenerator.GetInt32(ExtraEpochs);
    private Epoch _forgotten;

    private ValidatorCrew(SigningHistory history, ValidatorSigner signer, ValidatorOptions options, ProofOfStakeSettings settings)
    {
        (_history, _signer, _options, _settings) = (history, signer, options, settings);
    }

    /// <exception cref="IOException">A key cannot be read.</exception>
    /// <exception cref="StoreException">The history cannot serve.</exception>
    public static ValidatorCrew Open(ValidatorOptions options, ProofOfStakeSettings settings, Hash256 genesis, ILogger logger)
    {
        if (!ValidatorKeys.Load(options.KeyFolder).IsOk(out var secrets, out var error)) throw new IOException(error);
        var history = SigningHistory.Open(options.HistoryFile, genesis);
        var signer = new ValidatorSigner(secrets, history);
        ValidatorsHere(logger, secrets.Length, options.HistoryFile);
        return new ValidatorCrew(history, signer, options, settings);
    }

    /// <summary>Whom the node acts for, with what the history knows of each by now.</summary>
    /// <exception cref="StoreException">The history cannot be read.</exception>
    public IReadOnlyList<StakeDutyHolder> Duties() =>
    [
        .. _signer.Secrets.Select(secret => StakeDutyHolder.Of(secret, _settings, MisbehaviourOf(secret.Key)) with
        {
            Past = _history.Find(secret.Key),
            IsTrusted = _options.BeginsNewHistory,
            ExtraEpochs = _extraEpochs,
        }),
    ];

    /// <summary>
    /// The signatures that the history allows. What breaks the rules on purpose is signed past it, on a misbehaving node alone.
    /// </summary>
    public IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests)
    {
        var registrations = requests.OfType<StakeSigningRequest.Registration>().ToList();
        if (registrations.Count > 0) _history.Register(registrations);
        var honest = requests
            .Where(request => request is not (StakeSigningRequest.Offence or StakeSigningRequest.Registration)).ToList();
        var verdicts = _signer.Sign(honest);
        var answers = new List<SigningAnswer>(requests.Count);
        answers.AddRange(registrations.Select(registration => new SigningAnswer(registration, null, null)));
        for (var i = 0; i < honest.Count; i++)
        {
            answers.Add(verdicts[i].IsOk(out var signature, out var refusal)
                ? new SigningAnswer(honest[i], signature, null)
                : new SigningAnswer(honest[i], null, refusal.ToString()));
        }

        foreach (var request in requests.OfType<StakeSigningRequest.Offence>())
        {
            answers.Add(MisbehaviourOf(request.Key) == Misbehaviour.None
                ? new SigningAnswer(request, null, "this validator does not misbehave")
                : new SigningAnswer(request,
                    _signer.Secrets.First(secret => secret.Key.Equals(request.Key)).PrivateKey.Sign(request.SigningRoot), null));
        }

        return answers;
    }

    /// <summary>Lets the history forget, now and then, what finality has made harmless; it keeps minimums in its place.</summary>
    public void Forget(Epoch finalized, ulong slotsPerEpoch)
    {
        if (finalized.Number < _forgotten.Number + EpochsBetweenPrunings) return;
        _forgotten = finalized;
        _history.Prune(finalized, slotsPerEpoch);
    }

    public void Dispose() => _history.Dispose();

    [LoggerMessage(Level = LogLevel.Information,
        Message = "Acting for {Count} validators; what they sign is remembered in {History}")]
    private static partial void ValidatorsHere(ILogger logger, int count, string history);

    private Misbehaviour MisbehaviourOf(ValidatorKey key)
    {
        var hex = ValidatorKeys.NameOf(key);
        return _options.Misbehaviours.Where(item => hex.StartsWith(item.KeyPrefix, StringComparison.Ordinal))
            .Select(item => item.Misbehaviour).LastOrDefault();
    }
}
