using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Simulation;

namespace Chain.Rules.Stake;

/// <summary>The validators of a simulated node, with the history of what they have signed there.</summary>
public sealed class SimulatedCrew(ProofOfStakeSettings settings, IReadOnlyList<SimulatedValidator> validators) : ISimulatedDuties
{
    public IReadOnlyList<SimulatedValidator> Validators { get; internal set; } = validators;

    /// <summary>What the keys have signed; it outlives a crash, as the file of a real node does.</summary>
    public SigningRecord Signed { get; private set; } = new();

    /// <summary>How many epochs more than the least the node listens for the use of its keys elsewhere.</summary>
    public ulong ExtraEpochs { get; set; }

    /// <summary>Whether somebody says at the node's starts that no other node uses its keys.</summary>
    public bool TrustsItsKeys { get; set; }

    /// <summary>With what the history knows of each.</summary>
    public IReadOnlyList<DutyHolder> Holders
    {
        get
        {
            var twins = Validators.Where(validator => validator.IsTwin);
            Signed.Register([.. twins.Select(twin => new StakeSigningRequest.Registration(twin.Secret.Key, null, null))]);
            return [.. Validators.Select(validator => StakeDutyHolder.Of(validator.Secret, settings, validator.Misbehaviour) with
            {
                Past = validator.IsTwin ? SigningPast.Complete : Signed.Find(validator.Secret.Key),
                ExtraEpochs = ExtraEpochs,
                IsTrusted = TrustsItsKeys,
            })];
        }
    }

    /// <summary>What the keys have signed is lost, or replaced; a running node notices when it is started again.</summary>
    public void LoseHistory(SigningRecord? replacement = null) => Signed = replacement ?? new SigningRecord();

    public IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        Signed.Register([.. requests.OfType<StakeSigningRequest.Registration>()]);

        // What breaks the rules on purpose is signed past the history.
        var refusals = new Queue<SigningRefusal?>(Signed.CheckAndInsert([.. requests.Where(IsMessage)]));
        var answers = new SigningAnswer[requests.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            var secret = Validators.First(validator => validator.Secret.Key.Equals(requests[i].Key)).Secret;
            var refused = IsMessage(requests[i]) ? refusals.Dequeue() : null;
            answers[i] = requests[i] is StakeSigningRequest.Registration ? new SigningAnswer(requests[i], null, null)
                : refused is { } refusal
                ? new SigningAnswer(requests[i], null, refusal.ToString())
                : new SigningAnswer(requests[i], secret.PrivateKey.Sign(requests[i].SigningRoot), null);
        }

        return answers;
    }

    private static bool IsMessage(SigningRequest request) =>
        request is not (StakeSigningRequest.Offence or StakeSigningRequest.Registration);
}
