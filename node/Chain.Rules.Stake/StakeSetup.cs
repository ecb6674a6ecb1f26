using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Host;
using Chain.Node;
using Chain.Rpc;

namespace Chain.Rules.Stake;

/// <summary>How a node takes part in proof of stake.</summary>
public sealed record StakeSetup : RuleSetup
{
    /// <summary>The validators that the node acts for; null for none.</summary>
    public ValidatorOptions? Validators { get; init; }

    /// <summary>A checkpoint that any chain must contain to be followed; null trusts genesis alone.</summary>
    public Checkpoint? TrustedCheckpoint { get; init; }

    public override RuleHost Open(RuleSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        var settings = (ProofOfStakeSettings)site.Spec.Consensus;
        if (TrustedCheckpoint is { } trusted
            && CheckpointCheck.FindProblem(site.Store, settings.SlotsPerEpoch, trusted) is { } problem)
            throw new IOException(problem);
        return new StakeHost(this, settings, site);
    }
}

/// <summary>Proof of stake in a running node: its signatures worked out ahead, its validators.</summary>
internal sealed class StakeHost : RuleHost
{
    private readonly SignatureMemo _signatures;
    private readonly ValidatorCrew? _validators;

    public StakeHost(StakeSetup setup, ProofOfStakeSettings settings, RuleSite site)
    {
        _signatures = new SignatureMemo(new StakeDomain(site.Genesis.Hash));
        Rules = ProofOfStake.Create(site.Spec, settings, site.Genesis, new StakeOptions
        {
            Signatures = _signatures,
            TrustedCheckpoint = setup.TrustedCheckpoint,
        });
        if (setup.Validators is { } validators)
            _validators = ValidatorCrew.Open(validators, settings, site.Genesis.Hash, site.Log);
    }

    public override ConsensusRules Rules { get; }

    public override RuleApi Api { get; } = new StakeApi();

    public override IReadOnlyList<DutyHolder> Duties => _validators?.Duties() ?? [];

    public override void Prepare(WireMessage message) => _signatures.Prepare(message);

    public override IReadOnlyList<SigningAnswer> Sign(IReadOnlyList<SigningRequest> requests, ChainView view)
    {
        if (_validators is null) return base.Sign(requests, view);
        if (view.Consensus is StakeView stake) _validators.Forget(stake.Finalized.Epoch, stake.Settings.SlotsPerEpoch);
        return _validators.Sign(requests);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _validators?.Dispose();
        base.Dispose(disposing);
    }
}
